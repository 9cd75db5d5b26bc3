import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../../bench/telemetry.ts';
import { wordsOf } from '../../read/strings.ts';
import { IdPool } from './id-pool.ts';
import { NumberPool } from './number-pool.ts';

const random = seeded(5);

/** Numbers each by its first sight, as a map does. */
function numbered<T>(values: readonly T[]): number[] {
  const known = new Map<T, number>();
  return values.map((value) => {
    const number = known.get(value) ?? known.size;
    known.set(value, number);
    return number;
  });
}

test('numbers are numbered in the order of first sight, whatever they are', () => {
  const pool = new NumberPool();
  for (const spread of [10, 1_000, 2 ** 31, 2 ** 53])
    for (const step of [1, 4_096, 2 ** 32]) {
      const values = Array.from({ length: 9_000 }, () => Math.floor((random() - 0.5) * spread) * step)
        .filter(Number.isSafeInteger)
        .concat([0, -0, 1]);
      pool.clear();
      assert.deepEqual(
        values.map((value) => pool.of(value)),
        numbered(values),
      );
      assert.deepEqual([...pool.values], [...new Set(values)]);
    }
});

test('ids are numbered in the order of first sight, also where they share most of their bytes', () => {
  for (const width of [8, 16]) {
    const pool = new IdPool(width);
    for (const changing of [[0], [width - 1, width - 2], [3, 4, 5]]) {
      const ids = Array.from({ length: 6_000 }, () => {
        const id = new Uint8Array(width).fill(0xab);
        for (const byte of changing) id[byte] = random() * 256;
        return id;
      });
      const bytes = Buffer.concat(ids);
      const texts = ids.map((id) => Buffer.from(id).toString('hex'));
      pool.clear();
      assert.deepEqual(
        texts.map((_, i) => pool.of(wordsOf(bytes), i * width)),
        numbered(texts),
      );
      assert.equal(Buffer.from(pool.bytes).toString('hex'), [...new Set(texts)].join(''));
    }
  }
});
