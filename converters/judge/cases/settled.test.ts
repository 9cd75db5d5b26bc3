import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answers } from './answers.ts';
import { settledIn } from './settled.ts';

const USUAL = Array.from({ length: 200 }, (_, i) => 5 + (i % 20));
const span = { start_ms: 0, end_ms: 40_000 };

/** When it is settled, given what the requests of each slice of 5 s took. */
function settled(...slices: (readonly number[])[]): number | null {
  const answers = {
    durations: ({ start_ms }: { start_ms: number }) => slices[start_ms / 5_000] ?? [],
  } as unknown as Answers;
  return settledIn({ answers, routes: [], before: USUAL, span });
}
const slice = (count: number, slow = 0, error = 0) =>
  Array.from({ length: count }, (_, i) =>
    i < error ? Number.POSITIVE_INFINITY : i < slow + error ? 500 : 8,
  );

test('settled from the first of two slices as before', () => {
  assert.equal(settled(slice(60, 30), slice(60, 2), slice(60, 3)), 5_000);
  assert.equal(settled(slice(60), slice(60, 30), slice(60), slice(60, 4), slice(60), slice(60)), 20_000);
  assert.equal(settled(slice(60), slice(60, 30), slice(60)), null);
});

test('of few requests one that is slow is chance, two are not', () => {
  assert.equal(settled(slice(8, 8), slice(8, 1), slice(8, 1)), 5_000);
  assert.equal(settled(slice(8, 8), slice(8, 2), slice(8), slice(8, 2)), null);
});

test('a slice of hardly a request tells nothing, and none is taken for as before', () => {
  assert.equal(settled(slice(8, 8), slice(8), slice(2, 2), slice(0), slice(8)), 5_000);
  assert.equal(settled(slice(2), slice(1), slice(2), slice(0)), null);
});

test('an error is not as before, however few there are', () => {
  assert.equal(settled(slice(8, 0, 1), slice(8), slice(8)), 5_000);
});
