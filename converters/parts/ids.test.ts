import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../bench/telemetry.ts';
import { idColumn, idsOf } from './ids.ts';
import { Sections } from './sections.ts';

const ABSENT = Buffer.alloc(16);
const random = seeded(11);
const randomId = (): Buffer => Buffer.from(Array.from({ length: 16 }, () => Math.floor(256 * random())));

/** Ids whose words have the same in sum, without carry. */
function alikeId(): Buffer {
  const id = randomId();
  id.writeInt32LE(id.readInt32LE(0) ^ id.readInt32LE(4) ^ id.readInt32LE(8), 12);
  return id;
}

/** Through a part and back. */
function throughColumn(ids: readonly Uint8Array[]): { bytes: number; found: Uint8Array[] } {
  const order = Uint32Array.from(ids.keys());
  const { data, ...said } = idColumn('trace_id', new Uint8Array(Buffer.concat(ids)), order);
  const sections = new Sections(data);
  const all = idsOf(sections, said, ids.length);
  sections.end();
  return { bytes: data.length, found: ids.map((_, row) => all.subarray(16 * row, 16 * (row + 1))) };
}

test('ids of traces that come again are there once, and all come back to their rows', () => {
  const traces = Array.from({ length: 100 }, randomId);
  const ids = Array.from({ length: 1000 }, (_, row) =>
    row % 9 === 0 ? ABSENT : (traces[row % 100] as Buffer),
  );
  const { bytes, found } = throughColumn(ids);
  assert.deepEqual(
    found,
    ids.map((id) => new Uint8Array(id)),
  );
  assert.equal(bytes, 1000 + 100 * 16);
});

test('ids of traces that do not come again lie there as they are, ids of nothing in a byte each', () => {
  const ids = Array.from({ length: 1000 }, randomId);
  assert.deepEqual(throughColumn(ids), { bytes: 16_000, found: ids.map((id) => new Uint8Array(id)) });
  const none = ids.map(() => new Uint8Array(16));
  assert.deepEqual(throughColumn(none), { bytes: 1000, found: none });
});

test('ids that are made to look alike come back, too', () => {
  const traces = Array.from({ length: 300 }, alikeId);
  const ids = [...traces, ...traces, ...traces.toReversed()];
  assert.deepEqual(
    throughColumn(ids).found,
    ids.map((id) => new Uint8Array(id)),
  );
});

test('a place among ids that are not there is refused', () => {
  const ids = Array.from({ length: 8 }, (_, i) => Buffer.alloc(16, 1 + (i % 2)));
  const { data, ...said } = idColumn(
    'trace_id',
    new Uint8Array(Buffer.concat(ids)),
    Uint32Array.from(ids.keys()),
  );
  data[3] = 7;
  assert.throws(() => idsOf(new Sections(data), said, ids.length), RangeError);
});
