import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { seeded } from '../../bench/telemetry.ts';
import { numbers, strings } from '../plain-columns.ts';
import type { Batch } from './batch.ts';
import { type Field, ParquetFile } from './file.ts';

const random = seeded(9);
const whole = (below: number): number => Math.floor(random() * below);

async function written(t: TestContext, field: Field, batches: readonly Batch[]): Promise<Buffer> {
  const dir = await mkdtemp(join(tmpdir(), 'keys-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, 'one.parquet');
  const parquet = await ParquetFile.create({ file, fields: [field], metadata: ['about', '{}'] });
  for (const batch of batches) await parquet.write([batch], batch.keys.of.length);
  await parquet.close();
  return readFile(file);
}

/** By what keys have a value, and which keys the levels are of: more than a row group. */
function keysOf(templates: number): { has: boolean[]; of: Int32Array[] } {
  const has = Array.from({ length: templates }, () => random() < 0.8);
  const of = Array.from({ length: 15 }, () => Int32Array.from({ length: 8_192 }, () => whole(templates)));
  return { has, of };
}

const withUsed = (batch: Batch, of: Int32Array): Batch => ({
  ...batch,
  keys: { of, used: Int32Array.from(new Set(of)) },
});

for (const templates of [1, 2, 12, 9_000])
  test(`a column of ${templates} templates is written as the same values row by row`, async (t) => {
    const { has, of } = keysOf(templates);
    has[0] = true;
    const texts = has.map((is, key) => (is ? `${'a'.repeat(whole(40))}${key >> 1}` : undefined));
    const amounts = has.map((is, key) => (is ? (key >> 1) * 1_000_003 - 4e9 : Number.NaN));
    const field = { name: 'c', repetition: 'OPTIONAL' } as const;
    const ofText = strings(texts);
    const byText = of.map((keys) => strings([...keys].map((key) => texts[key])));
    assert.deepEqual(
      await written(
        t,
        { ...field, type: 'BYTE_ARRAY' },
        of.map((keys) => withUsed(ofText, keys)),
      ),
      await written(t, { ...field, type: 'BYTE_ARRAY' }, byText),
    );
    for (const [type, factor] of [
      ['INT64', 1],
      ['DOUBLE', 0.125],
      ['BOOLEAN', 0],
    ] as const) {
      const values = Float64Array.from(amounts, (amount, key) =>
        type === 'BOOLEAN' ? amount * 0 + (key & 1) : amount * factor,
      );
      const ofNumber = numbers(values);
      const byNumber = of.map((keys) => numbers(Float64Array.from(keys, (key) => values[key] as number)));
      assert.deepEqual(
        await written(
          t,
          { ...field, type },
          of.map((keys) => withUsed(ofNumber, keys)),
        ),
        await written(t, { ...field, type }, byNumber),
        type,
      );
    }
  });

test('ids are written as the texts of their digits, with and without a dictionary, also one that becomes too large', async (t) => {
  for (const width of [8, 16])
    for (const different of [5, 3_000, 60_000])
      for (const dictionary of [true, false]) {
        const hex = Uint8Array.from({ length: width * different }, () => whole(256));
        const digits = (key: number) =>
          Buffer.from(hex.subarray(key * width, (key + 1) * width)).toString('hex');
        const { of } = keysOf(different);
        const present = Uint8Array.from({ length: different }, (_, key) => (key % 7 === 3 ? 0 : 1));
        const field: Field = { name: 'id', repetition: 'OPTIONAL', type: 'BYTE_ARRAY', dictionary };
        const ids = of.map(
          (keys): Batch => ({ keys: { of: keys }, present, floor: 0, values: { hex, width } }),
        );
        const texts = of.map((keys) =>
          strings([...keys].map((key) => (present[key] === 1 ? digits(key) : undefined))),
        );
        assert.deepEqual(await written(t, field, ids), await written(t, field, texts));
      }
});

test('where a value is not there, the level says how much of its groups is', async (t) => {
  const field: Field = {
    ...{ name: 'outer', repetition: 'OPTIONAL' },
    children: [{ name: 'inner', repetition: 'OPTIONAL', type: 'INT32' }],
  };
  const of = Int32Array.from({ length: 9_000 }, () => whole(3));
  const [values, present, floor] = [
    { numbers: Float64Array.of(7, 0, 0) },
    Uint8Array.of(1, 0, 0),
    Uint8Array.of(0, 1, 0),
  ];
  const keyed: Batch = { keys: { of, used: Int32Array.of(2, 0, 1) }, present, floor, values };
  const byRow = {
    ...numbers(Float64Array.from(of, (key) => (key === 0 ? 7 : Number.NaN))),
    floor: Uint8Array.from(of, (key) => (key === 1 ? 1 : 0)),
  };
  assert.deepEqual(await written(t, field, [keyed]), await written(t, field, [byRow]));
  const none = { ...keyed, present: false };
  const noneByRow = { ...byRow, present: false };
  assert.deepEqual(await written(t, field, [none]), await written(t, field, [noneByRow]));
});
