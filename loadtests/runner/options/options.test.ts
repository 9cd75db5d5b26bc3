import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from './duration.ts';
import { parseOptions } from './options.ts';

const exported = { default: () => {}, other: () => {} };
const parse = (options: unknown) => parseOptions({ options, exported });
const scenario = (value: object) => ({ scenarios: { a: value } });

test('durations are read as k6 writes them', () => {
  assert.equal(parseDuration({ name: 'x', value: '1h2m3s4ms' }), 3_723_004);
  assert.equal(parseDuration({ name: 'x', value: '1.5s' }), 1_500);
  assert.equal(parseDuration({ name: 'x', value: 250 }), 250);
  for (const value of ['', 's', '1 s', '-1s', '3x', undefined]) {
    assert.throws(() => parseDuration({ name: 'x', value }), { code: 'INVALID_OPTION' });
  }
});

test('without scenarios there is one VU with one iteration', () => {
  assert.deepEqual(
    parse(undefined).scenarios.map(({ name, executor }) => [name, executor]),
    [['default', 'shared-iterations']],
  );
});

test('defaults are those of k6', () => {
  const plan = parse(
    scenario({ executor: 'constant-arrival-rate', rate: 5, duration: '2s', preAllocatedVUs: 3 }),
  );
  assert.deepEqual(plan.scenarios[0], {
    ...{
      name: 'a',
      executor: 'constant-arrival-rate',
      exec: 'default',
      tags: {},
      startMs: 0,
      gracefulStopMs: 30_000,
    },
    ...{ rate: 5, durationMs: 2_000, timeUnitMs: 1_000, preAllocatedVUs: 3, maxVUs: 3 },
  });
});

test('options outside the subset are refused by name, with the allowed ones', () => {
  assert.throws(() => parse({ vus: 3 }), {
    code: 'UNSUPPORTED_OPTION',
    message: /option vus .*scenarios, thresholds/,
  });
  assert.throws(() => parse(scenario({ executor: 'constant-vus', duration: '1s', env: {} })), {
    code: 'UNSUPPORTED_OPTION',
    message: /scenarios\.a\.env/,
  });
  assert.throws(() => parse(scenario({ executor: 'ramping-vus', stages: [] })), {
    code: 'INVALID_OPTION',
    message: /executor must be one of .*got "ramping-vus"/,
  });
});

test('values are checked before anything starts', () => {
  const arrival = { executor: 'constant-arrival-rate', duration: '1s', preAllocatedVUs: 1 };
  assert.throws(() => parse(scenario({ ...arrival, rate: 0.5 })), {
    message: /rate must be an integer.*got 0.5/,
  });
  assert.throws(() => parse(scenario({ ...arrival, rate: 1, preAllocatedVUs: 9, maxVUs: 2 })), {
    message: /maxVUs/,
  });
  assert.throws(() => parse(scenario({ ...arrival, rate: 1, exec: 'absent' })), { code: 'MISSING_FUNCTION' });
  assert.throws(() => parse(scenario({ executor: 'shared-iterations', vus: 4, iterations: 2 })), {
    message: /iterations/,
  });
  assert.throws(() => parse({ thresholds: { checks: ['rate >> 1'] } }), { code: 'INVALID_THRESHOLD' });
});
