import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from '../../testing/run.ts';
import exec from '../api/execution.ts';

interface Seen {
  iteration: number;
  vu: number;
  inScenario: number;
}

function record(seen: Seen[]) {
  return async () => {
    const { iterationInTest: iteration } = exec.scenario;
    seen.push({ iteration, vu: exec.vu.idInTest, inScenario: exec.vu.iterationInScenario });
    await new Promise((resolve) => setImmediate(resolve));
  };
}

const upTo = (n: number) => Array.from({ length: n }, (_, k) => k);

test('constant-arrival-rate starts every scheduled iteration once, and records the lag of each', async () => {
  const seen: Seen[] = [];
  const options = {
    scenarios: { a: { executor: 'constant-arrival-rate', rate: 30, duration: '1s', preAllocatedVUs: 30 } },
  };
  const ran = await runScript({ options, default: record(seen) });
  assert.equal(ran.exitCode, 0);
  assert.deepEqual(
    seen.map(({ iteration }) => iteration),
    upTo(30),
  );
  assert.equal(ran.points('iterations').length, 30);
  const lags = ran.points('iteration_start_lag').map(({ data }) => data.value);
  assert.equal(lags.length, 30);
  assert.ok(lags.every((lag) => lag >= 0));
  assert.equal(ran.points('dropped_iterations').length, 0);
});

test('ramping-arrival-rate starts the area under its stages', async () => {
  const seen: Seen[] = [];
  const stages = [
    { duration: '500ms', target: 60 },
    { duration: '500ms', target: 0 },
  ];
  const options = {
    scenarios: { a: { executor: 'ramping-arrival-rate', startRate: 0, stages, preAllocatedVUs: 30 } },
  };
  await runScript({ options, default: record(seen) });
  assert.deepEqual(
    seen.map(({ iteration }) => iteration),
    upTo(30),
  );
});

test('per-vu-iterations gives each VU its own number', async () => {
  const seen: Seen[] = [];
  const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: 3, iterations: 4 } } };
  await runScript({ options, default: record(seen) });
  for (const vu of [1, 2, 3]) {
    assert.deepEqual(
      seen.filter((one) => one.vu === vu).map(({ inScenario }) => inScenario),
      upTo(4),
    );
  }
  assert.deepEqual(
    seen.map(({ iteration }) => iteration).sort((a, b) => a - b),
    upTo(12),
  );
});

test('shared-iterations shares one number over all VUs', async () => {
  const seen: Seen[] = [];
  const options = { scenarios: { a: { executor: 'shared-iterations', vus: 3, iterations: 10 } } };
  await runScript({ options, default: record(seen) });
  assert.deepEqual(
    seen.map(({ iteration }) => iteration).sort((a, b) => a - b),
    upTo(10),
  );
  assert.deepEqual([...new Set(seen.map(({ vu }) => vu))].sort(), [1, 2, 3]);
});

test('constant-vus repeats until the time is over, each VU one iteration at a time', async () => {
  const busy = new Set<number>();
  const options = { scenarios: { a: { executor: 'constant-vus', vus: 2, duration: '300ms' } } };
  const ran = await runScript({
    options,
    default: async () => {
      const { idInTest } = exec.vu;
      assert.ok(!busy.has(idInTest));
      busy.add(idInTest);
      await new Promise((resolve) => setTimeout(resolve, 10));
      busy.delete(idInTest);
    },
  });
  assert.deepEqual(ran.log, []);
  assert.ok(ran.points('iterations').length > 4);
});

test('startTime, exec and tags belong to their scenario', async () => {
  const order: string[] = [];
  const once = { executor: 'per-vu-iterations', tags: { part: 'x' } };
  const ran = await runScript({
    options: { scenarios: { late: { ...once, startTime: '200ms', exec: 'second' }, early: once } },
    default: () => {
      order.push(`first in ${exec.scenario.name}`);
    },
    second: () => {
      order.push(`second in ${exec.scenario.name}`);
    },
  });
  assert.deepEqual(order, ['first in early', 'second in late']);
  assert.deepEqual(
    ran.points('iterations').map(({ data }) => data.tags),
    ['early', 'late'].map((scenario) => ({ group: '', scenario, part: 'x' })),
  );
});

test('an arrival without a free VU is dropped, and VUs are added up to maxVUs', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const options = {
    scenarios: {
      a: { executor: 'constant-arrival-rate', rate: 20, duration: '500ms', preAllocatedVUs: 1, maxVUs: 3 },
    },
    thresholds: { dropped_iterations: ['count==0'] },
  };
  let started = 0;
  const ran = await runScript({
    options,
    default: async () => {
      started++;
      await held;
    },
    during: (running) => {
      // Ten arrivals are due; three VUs take one each and the VU added for a dropped one serves the next.
      const watch = setInterval(() => {
        if (started + running.progress().dropped < 10) return;
        clearInterval(watch);
        release();
      }, 5);
    },
  });
  assert.equal(started, 3);
  assert.equal(ran.points('dropped_iterations').length, 7);
  assert.equal(ran.exitCode, 99);
});

test('an iteration that outlasts gracefulStop is cut off and not counted', async () => {
  const options = {
    scenarios: { a: { executor: 'constant-vus', vus: 2, duration: '100ms', gracefulStop: '100ms' } },
  };
  const ran = await runScript({ options, default: () => new Promise(() => {}) });
  assert.equal(ran.exitCode, 0);
  assert.equal(ran.test.interruptedIterations, 2);
  assert.equal(ran.points('iterations').length, 0);
});

test('an error ends its iteration and not the test', async () => {
  const options = { scenarios: { a: { executor: 'per-vu-iterations', iterations: 3 } } };
  const ran = await runScript({
    options,
    default: () => {
      throw new Error(`iteration ${exec.scenario.iterationInTest} went wrong`);
    },
  });
  assert.equal(ran.exitCode, 0);
  assert.equal(ran.points('iterations').length, 3);
  assert.match(ran.log[2] ?? '', /iteration 2 went wrong/);
});
