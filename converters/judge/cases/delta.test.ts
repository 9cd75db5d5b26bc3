import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cliffsDelta, median, quantile } from './delta.ts';

test("Cliff's δ is what comparing all pairs gives, ties and errors included", () => {
  let state = 3;
  const draw = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 9 === 0 ? Number.POSITIVE_INFINITY : state % 7;
  };
  for (let round = 0; round < 50; round++) {
    const [before, after] = [17, 23].map((length) => Array.from({ length }, draw)) as [number[], number[]];
    for (const tie of [0, 1, 2.5]) {
      const signs = before.flatMap((b) => after.map((a) => Number(a > b + tie) - Number(b > a + tie)));
      const slow = signs.reduce((sum: number, sign) => sum + sign, 0) / signs.length;
      assert.equal(cliffsDelta(before, after, { tie }), slow);
    }
  }
});

test("Cliff's δ at its ends, and of nothing", () => {
  assert.equal(cliffsDelta([1, 2], [3, 4]), 1);
  assert.equal(cliffsDelta([3, 4], [1, 2]), -1);
  assert.equal(cliffsDelta([1, 2], [1, 2]), 0);
  assert.equal(cliffsDelta([], [1]), null);
});

test('a quantile is the nearest rank, a median the middle', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.equal(quantile(hundred, 0.99), 99);
  assert.equal(quantile([5, 1], 0.99), 5);
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([4, 1, 2, 9]), 3);
  assert.deepEqual([quantile([], 0.5), median([])], [null, null]);
});
