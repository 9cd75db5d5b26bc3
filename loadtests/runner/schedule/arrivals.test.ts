import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constantArrivals, rampingArrivals } from './arrivals.ts';

test('a constant rate starts the k-th iteration at k / rate, and none at the end itself', () => {
  const starts = [...constantArrivals({ rate: 3, timeUnitMs: 1_000, durationMs: 2_000 })];
  assert.deepEqual(starts, [0, 1_000 / 3, 2_000 / 3, 1_000, 4_000 / 3, 5_000 / 3]);
});

test('a time unit below a second or above it only scales the rate', () => {
  const perMinute = [...constantArrivals({ rate: 120, timeUnitMs: 60_000, durationMs: 5_000 })];
  const perSecond = [...constantArrivals({ rate: 2, timeUnitMs: 1_000, durationMs: 5_000 })];
  assert.deepEqual(perMinute, perSecond);
});

test('a ramp without slope is a constant rate', () => {
  const stages = [
    { durationMs: 1_000, target: 40 },
    { durationMs: 500, target: 40 },
  ];
  const ramped = [...rampingArrivals({ startRate: 40, stages, timeUnitMs: 1_000 })];
  const constant = [...constantArrivals({ rate: 40, timeUnitMs: 1_000, durationMs: 1_500 })];
  assert.equal(ramped.length, constant.length);
  for (const [k, at] of ramped.entries()) assert.ok(Math.abs(at - (constant[k] ?? Number.NaN)) < 1e-6);
});

test('a ramp starts as many iterations as the area under its rate, each where the area is whole', () => {
  // 0 → 20/s over 2 s, 20 → 0 over 3 s, a jump to 10/s for 1 s: 20 + 30 + 10.
  const stages = [
    { durationMs: 2_000, target: 20 },
    { durationMs: 3_000, target: 0 },
    { durationMs: 0, target: 10 },
    { durationMs: 1_000, target: 10 },
  ];
  const starts = [...rampingArrivals({ startRate: 0, stages, timeUnitMs: 1_000 })];
  assert.equal(starts.length, 60);
  for (const [k, at] of starts.entries()) {
    if (k > 0) assert.ok(at > (starts[k - 1] ?? 0), `start ${k}`);
    if (k < 20) assert.ok(Math.abs(0.000005 * at * at - k) < 1e-9, `start ${k} at ${at}`);
    if (k >= 50) assert.ok(Math.abs(at - 5_000 - (k - 50) * 100) < 1e-6, `start ${k} at ${at}`);
  }
});

test('a rate of zero starts nothing', () => {
  assert.deepEqual(
    [...rampingArrivals({ startRate: 0, stages: [{ durationMs: 9_000, target: 0 }], timeUnitMs: 1 })],
    [],
  );
});
