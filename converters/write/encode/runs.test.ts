import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { seeded } from '../../bench/telemetry.ts';
import { PageBytes } from './page-bytes.ts';
import { Runs, writeRuns } from './runs.ts';

const random = seeded(3);
const whole = (below: number): number => Math.floor(random() * below);

/** Values below 2^width: runs of all lengths, and in between such as differ. */
function valuesOf(count: number, width: number): number[] {
  const values: number[] = [];
  while (values.length < count) {
    const length = random() < 0.5 ? 1 : whole(20);
    const value = whole(2 ** width);
    for (let i = 0; i < length; i++) values.push(value);
  }
  return values.slice(0, count);
}

function written(runs: Runs<Uint8Array | Int32Array>, width: number): Uint8Array {
  const bytes = new PageBytes();
  writeRuns(bytes, runs, width);
  return bytes.bytes.slice();
}

test('runs and packed bits are the same bytes as hyparquet-writer makes of them, of every width', () => {
  for (let width = 1; width <= 17; width++)
    for (const count of [2, 7, 8, 9, 16, 17, 100, 8_191, 8_192, 9_000]) {
      const values = valuesOf(count, width);
      values[0] = (values[1] as number) ^ 1; // not all are the same
      const writer = new ByteWriter();
      writeRleBitPackedHybrid(writer, values, width);
      for (const make of [
        (length: number) => new Int32Array(length),
        (length: number) => new Uint8Array(length),
      ]) {
        if (width > 8 && make(1) instanceof Uint8Array) continue;
        const runs = new Runs<Uint8Array | Int32Array>(make);
        const half = count >> 1;
        runs.room(half).set(values.slice(0, half));
        runs.room(count - half).set(values.slice(half));
        assert.deepEqual(written(runs, width), writer.getBytes(), `${count} of ${width} bits`);
      }
    }
});

test('more bits than a dictionary needs are refused', () => {
  const runs = new Runs((length) => new Int32Array(length));
  runs.room(2).set([1, 2]);
  assert.throws(() => written(runs, 18), { name: 'RangeError', message: /at most 17 bits, not 18/ });
});

test('what is the same throughout is one run, however it came', () => {
  const runs = new Runs((length) => new Int32Array(length));
  runs.fill(300, 5);
  assert.deepEqual(written(runs, 9), Uint8Array.of(10, 44, 1));
  runs.room(3).fill(300);
  runs.fill(300, 1);
  assert.deepEqual(written(runs, 9), Uint8Array.of(18, 44, 1));
  runs.fill(7, 1);
  assert.deepEqual(runs.values(), Int32Array.of(...Array(9).fill(300), 7));
  runs.clear();
  runs.fill(7, 2);
  assert.equal(runs.values(), 7);
});
