import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalPlan } from './canonical.ts';
import { casePlan } from './case-plan.ts';
import { SCENARIOS } from './catalogue.ts';

const seconds = ({ start_ms, end_ms }: { start_ms: number; end_ms: number }) => (end_ms - start_ms) / 1000;

test('every scenario alone has its timeline, from the defaults, at the scale of the quick campaign', () => {
  for (const { name, hold } of SCENARIOS) {
    const made = casePlan({ scenario: name, seed: 7 });
    assert.deepEqual([made.campaign, made.seed, made.time_scale], [null, 7, 40]);
    const [only, ...more] = made.cases;
    assert.ok(only && more.length === 0);
    assert.equal(only.scenario, name);
    assert.equal(only.phases.baseline.start_ms, 10_000);
    assert.equal(seconds(only.phases.baseline), 60);
    assert.equal(seconds(only.phases.hold), hold.least[1]);
    assert.equal(only.phases.cooldown.end_ms, made.duration_ms);
  }
});

test('phases, seed and rate come from the environment; what is given wins; a longer hold is a smaller scale', () => {
  const env = {
    ...{ FAULTLINE_BASELINE: '2s', FAULTLINE_CHANGE: '1s', FAULTLINE_HOLD: '150s', FAULTLINE_COOLDOWN: '1m' },
    ...{ FAULTLINE_SEED: '5', FAULTLINE_RATE: '8' },
  };
  const made = casePlan({ scenario: '02-heap-leak', env });
  assert.deepEqual(Object.values(made.cases[0]?.phases ?? {}).map(seconds), [2, 1, 150, 1, 60]);
  assert.deepEqual([made.seed, made.traffic.rate, made.traffic.requests], [5, 8, 8 * 214]);
  assert.deepEqual([made.time_scale, made.scaled], [20, { RECENT_VIEWS_DAYS: 20 }]);
  assert.deepEqual(casePlan({ scenario: '06-plain-flag', env }).scaled, {});
  const given = casePlan({ scenario: '02-heap-leak', env, seed: 6, rate: 9 });
  assert.deepEqual([given.seed, given.traffic.rate], [6, 9]);
  const same = casePlan({ scenario: '02-heap-leak', env: { ...env }, seed: 6, rate: 9 });
  assert.equal(canonicalPlan(same), canonicalPlan(given));
});

test('a wrong variable is named with its rule and value', () => {
  const env = { FAULTLINE_HOLD: 'long' };
  assert.throws(
    () => casePlan({ scenario: '10-surge', env }),
    /FAULTLINE_HOLD must be 1s to 24h.*got "long"/,
  );
  assert.throws(() => casePlan({ scenario: '99-none' }), /not in the catalogue: 99-none/);
});
