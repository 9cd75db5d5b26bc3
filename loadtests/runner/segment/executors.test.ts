import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from '../../testing/run.ts';
import exec from '../api/execution.ts';
import { constantArrivals, rampingArrivals } from '../schedule/arrivals.ts';
import { Division } from './division.ts';

interface Seen {
  readonly iteration: number;
  readonly inInstance: number;
  readonly vu: number;
  readonly vuInInstance: number;
  readonly turn: number;
}

const COUNTS = [1, 2, 3, 4, 7];
const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
const divisions = (count: number) =>
  upTo(count).map((segment) => new Division({ weights: upTo(count).map(() => 1), segment }));

/** What each segment ran; one after the other, in this process. */
async function runAll({ count, scenario }: { count: number; scenario: object }): Promise<Seen[][]> {
  const all: Seen[][] = [];
  for (const division of divisions(count)) {
    const seen: Seen[] = [];
    const ran = await runScript({
      division,
      options: { scenarios: { a: scenario } },
      default: async () => {
        const { iterationInTest: iteration, iterationInInstance: inInstance } = exec.scenario;
        const { idInTest: vu, idInInstance: vuInInstance, iterationInScenario: turn } = exec.vu;
        seen.push({ iteration, inInstance, vu, vuInInstance, turn });
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    assert.deepEqual([ran.exitCode, ran.log], [0, []]);
    assert.equal(ran.points('dropped_iterations').length, 0);
    all.push(seen);
  }
  return all;
}

const FIXED = {
  'constant-arrival-rate': { rate: 100, duration: '300ms', preAllocatedVUs: 30 },
  'ramping-arrival-rate': {
    startRate: 0,
    stages: [
      { duration: '150ms', target: 200 },
      { duration: '150ms', target: 0 },
    ],
    preAllocatedVUs: 30,
  },
  'per-vu-iterations': { vus: 5, iterations: 4 },
  'shared-iterations': { vus: 3, iterations: 20 },
} as const;

for (const [executor, options] of Object.entries(FIXED)) {
  test(`${executor}: all segments together run each iteration of the whole once`, async () => {
    const [whole] = await runAll({ count: 1, scenario: { executor, ...options } });
    const iterations = sorted((whole ?? []).map(({ iteration }) => iteration));
    assert.deepEqual(iterations, upTo(iterations.length));
    for (const count of COUNTS) {
      const segments = await runAll({ count, scenario: { executor, ...options } });
      assert.deepEqual(sorted(segments.flat().map(({ iteration }) => iteration)), iterations);
      for (const seen of segments)
        assert.deepEqual(
          seen.map(({ inInstance }) => inInstance),
          upTo(seen.length),
        );
    }
  });
}

test('per-vu-iterations: each VU is in one segment, with all of its iterations', async () => {
  for (const count of COUNTS) {
    const segments = await runAll({
      count,
      scenario: { executor: 'per-vu-iterations', vus: 5, iterations: 3 },
    });
    const turns = segments.flat().map(({ vu, turn }) => `${vu} ${turn}`);
    assert.deepEqual(
      turns.sort(),
      [1, 2, 3, 4, 5].flatMap((vu) => upTo(3).map((turn) => `${vu} ${turn}`)),
    );
  }
});

test('per-vu-iterations: without segments, iterations are numbered as they start', async () => {
  const numbers: number[] = [];
  let others = () => {};
  const threeByTheOther = new Promise<void>((resolve) => {
    others = resolve;
  });
  await runScript({
    options: { scenarios: { a: { executor: 'per-vu-iterations', vus: 2, iterations: 3 } } },
    default: async () => {
      numbers.push(exec.scenario.iterationInTest);
      if (exec.vu.idInTest === 1) return threeByTheOther;
      if (exec.vu.iterationInScenario === 2) others();
    },
  });
  assert.deepEqual(numbers, upTo(6));
});

test('constant-vus: each VU is in one segment, and no two have a number twice', async () => {
  for (const count of COUNTS) {
    const segments = await runAll({
      count,
      scenario: { executor: 'constant-vus', vus: 5, duration: '100ms' },
    });
    const vus = segments.map((seen) => [...new Set(seen.map(({ vu }) => vu))]);
    assert.deepEqual(sorted(vus.flat()), [1, 2, 3, 4, 5]);
    for (const seen of segments) {
      const own = new Set(seen.map(({ vuInInstance }) => vuInInstance));
      assert.deepEqual(
        sorted([...own]),
        upTo(own.size).map((n) => n + 1),
      );
    }
    const numbers = segments.flat().map(({ iteration }) => iteration);
    assert.equal(new Set(numbers).size, numbers.length);
  }
});

test('a scenario of one VU is in exactly one segment', async () => {
  for (const executor of ['per-vu-iterations', 'shared-iterations']) {
    for (const count of COUNTS) {
      const segments = await runAll({ count, scenario: { executor, vus: 1, iterations: 1 } });
      assert.deepEqual(
        segments.map((seen) => seen.length),
        [1, ...upTo(count - 1).map(() => 0)],
      );
    }
  }
});

test('start times: those of all segments are exactly those of the whole', () => {
  const schedules = [
    () => constantArrivals({ rate: 37, timeUnitMs: 1_000, durationMs: 60_000 }),
    () =>
      rampingArrivals({
        startRate: 3,
        timeUnitMs: 1_000,
        stages: [
          { durationMs: 20_000, target: 60 },
          { durationMs: 0, target: 10 },
          { durationMs: 30_000, target: 25 },
        ],
      }),
  ];
  for (const schedule of schedules) {
    const whole = [...schedule()];
    for (const count of COUNTS) {
      const parts = divisions(count).map((division) => [...division.by(50).select(schedule())]);
      assert.deepEqual(sorted(parts.flat()), whole);
      for (const part of parts)
        assert.ok(Math.abs(part.length - whole.length / count) <= whole.length / 50 + 1);
    }
  }
});

test('setup, teardown and thresholds are left out on request, as by k6', async () => {
  const called: string[] = [];
  const script = {
    options: { thresholds: { iterations: ['count>1'] } },
    setup: () => void called.push('setup'),
    default: () => void called.push('iteration'),
    teardown: () => void called.push('teardown'),
  };
  assert.equal((await runScript(script)).exitCode, 99);
  const leftOut = { setup: true, teardown: true, thresholds: true };
  assert.equal((await runScript({ ...script, leftOut })).exitCode, 0);
  assert.deepEqual(called, ['setup', 'iteration', 'teardown', 'iteration']);
});
