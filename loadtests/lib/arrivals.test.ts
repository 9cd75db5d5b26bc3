import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rampingArrivals } from '../runner/schedule/arrivals.ts';
import { type Arrivals, arrivals } from './arrivals.ts';

/** Starts a second within each second of the run. */
function perSecond({ startRate, stages }: Arrivals): number[] {
  const list = stages.map(({ duration, target }) => ({ durationMs: Number.parseInt(duration, 10), target }));
  const counts: number[] = [];
  for (const at of rampingArrivals({ startRate, stages: list, timeUnitMs: 600_000 }))
    counts[Math.floor(at / 1000)] = (counts[Math.floor(at / 1000)] ?? 0) + 1;
  return counts;
}

const lengthOf = ({ stages }: Arrivals) =>
  stages.reduce((sum, { duration }) => sum + Number.parseInt(duration, 10), 0);

test('a flat rate jumps to each load and back, at its very time', () => {
  const loads = [
    { start_ms: 10_000, end_ms: 20_000, factor: 3 },
    { start_ms: 40_000, end_ms: 60_000, factor: 0.2 },
  ];
  const made = arrivals({ perSecond: 10, durationMs: 60_000, traffic: { shape: 'flat' }, loads });
  assert.equal(lengthOf(made), 60_000);
  const counts = perSecond(made);
  for (const [second, count] of counts.entries()) {
    const expected = second >= 40 ? 2 : second >= 10 && second < 20 ? 30 : 10;
    assert.ok(Math.abs(count - expected) <= 1, `second ${second}: ${count}, not ${expected}`);
  }
});

test('a load over all of the run is the rate from its start', () => {
  const loads = [{ start_ms: 0, end_ms: 30_000, factor: 0.2 }];
  const made = arrivals({ perSecond: 10, durationMs: 30_000, traffic: { shape: 'flat' }, loads });
  assert.deepEqual(made, {
    startRate: 1200,
    timeUnit: '600s',
    stages: [{ duration: '30000ms', target: 1200 }],
  });
});

test('on a wave a load multiplies what the wave would be, and what is outside of it stays', () => {
  const traffic = { shape: 'slow_wave', amplitude: 0.3, wavelength_ms: 600_000 } as const;
  const common = { perSecond: 20, durationMs: 1_200_000, traffic };
  const without = perSecond(arrivals(common));
  const [start_ms, end_ms] = [115_000, 287_000];
  const made = arrivals({ ...common, loads: [{ start_ms, end_ms, factor: 3 }] });
  assert.equal(lengthOf(made), 1_200_000);
  const counts = perSecond(made);
  const sum = (list: number[], from: number, to: number) =>
    list.slice(from / 1000, to / 1000).reduce((total, count) => total + count, 0);
  assert.ok(Math.abs(sum(counts, start_ms, end_ms) - 3 * sum(without, start_ms, end_ms)) < 20);
  assert.ok(Math.abs(sum(counts, 0, start_ms) - sum(without, 0, start_ms)) < 5);
  assert.ok(Math.abs(sum(counts, end_ms, 1_200_000) - sum(without, end_ms, 1_200_000)) < 5);
  assert.ok(Math.abs(sum(without, 0, 1_200_000) - 24_000) < 5);
});
