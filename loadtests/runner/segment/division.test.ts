import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Division } from './division.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);
const divisions = (weights: readonly number[]) =>
  weights.map((_, segment) => new Division({ weights, segment }));

const WEIGHTS = [[1], [1, 1], [1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1], [5, 2, 3], [1, 96, 3], [4, 2]];

for (const weights of WEIGHTS) {
  test(`weights ${weights.join(':')}: every thing has one owner, and everybody its share`, () => {
    const all = divisions(weights);
    const period = weights.reduce((sum, weight) => sum + weight);
    for (const count of [0, 1, 2, period - 1, period, period + 1, 5 * period + 3]) {
      const owned = all.map((division) => [...division.select(upTo(count))]);
      assert.deepEqual(
        owned.flat().sort((a, b) => a - b),
        upTo(count),
      );
      for (const [i, division] of all.entries()) {
        assert.deepEqual(
          owned[i],
          upTo(division.share(count)).map((own) => division.nth(own)),
        );
        const due = (count * (weights[i] as number)) / period;
        assert.ok(division.share(count) < due + 1, `${division.share(count)} of ${due}`);
        if (count % period === 0) assert.equal(division.share(count), due);
      }
    }
  });
}

test('equal segments take turns, and a single thing is the first one’s', () => {
  const all = divisions([1, 1, 1]);
  assert.deepEqual(
    all.map((division) => [...division.select(upTo(7))]),
    [
      [0, 3, 6],
      [1, 4],
      [2, 5],
    ],
  );
  assert.deepEqual(
    all.map((division) => division.share(1)),
    [1, 0, 0],
  );
});

test('a single thing is the longest segment’s', () => {
  assert.deepEqual(
    divisions([1, 3, 1]).map((division) => division.share(1)),
    [0, 1, 0],
  );
});

test('work is divided among those alone who have something that does it', () => {
  const all = divisions([1, 1, 1, 1, 1, 1, 1]).slice(0, 3);
  const work = all.map((division) => [...division.by(2).select(upTo(6))]);
  assert.deepEqual(work, [[0, 2, 4], [1, 3, 5], []]);
});
