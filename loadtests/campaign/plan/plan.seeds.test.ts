import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CAMPAIGN_NAMES } from './campaigns.ts';
import { canonicalPlan, planHash } from './canonical.ts';
import { PHASES, type Plan, plan } from './plan.ts';

test('the same seed gives the same plan, byte for byte', () => {
  for (const campaign of CAMPAIGN_NAMES)
    for (let seed = 0; seed < 50; seed++)
      assert.equal(canonicalPlan(plan({ campaign, seed })), canonicalPlan(plan({ campaign, seed })));
});

test('seeds differ in order, places and lengths', () => {
  const order = ({ cases }: Plan) => cases.map(({ scenario }) => scenario).join();
  const places = ({ cases }: Plan) => cases.map(({ phases }) => phases.change.start_ms).join();
  const lengths = ({ cases }: Plan) =>
    [...cases]
      .sort((a, b) => (a.scenario < b.scenario ? -1 : 1))
      .map(({ phases }) => PHASES.map((phase) => phases[phase].end_ms - phases[phase].start_ms).join())
      .join();
  for (const campaign of ['quick', 'standard'] as const) {
    const plans = Array.from({ length: 200 }, (_, seed) => plan({ campaign, seed }));
    for (const aspect of [order, places, lengths])
      assert.ok(new Set(plans.map(aspect)).size > 195, `${campaign}: ${aspect.name}`);
    assert.equal(new Set(plans.map(planHash)).size, 200);
  }
});

test('the rate moves nothing but the number of requests', () => {
  const { traffic: slow, ...rest } = plan({ campaign: 'standard', seed: 5, rate: 10 });
  const { traffic: fast, ...others } = plan({ campaign: 'standard', seed: 5, rate: 30 });
  assert.deepEqual(rest, others);
  assert.equal(fast.requests, 3 * slow.requests);
});

test('a longer run and a greater time scale keep the order', () => {
  const order = (made: Plan) => made.cases.map(({ scenario }) => scenario);
  const asIs = plan({ campaign: 'quick', seed: 5 });
  assert.deepEqual(order(plan({ campaign: 'quick', seed: 5, durationS: 900 })), order(asIs));
  const slower = plan({ campaign: 'quick', seed: 5, durationS: 14_400, timeScale: 2 });
  assert.deepEqual(order(slower), order(asIs));
  const leak = slower.cases.find(({ scenario }) => scenario === '02-heap-leak');
  const held = leak ? leak.phases.hold.end_ms - leak.phases.hold.start_ms : 0;
  assert.ok(held >= 900_000 && held <= 1_800_000, `at time scale 2 it held ${held} ms`);
});

test('cases that do not fit are refused with the time that they need, and that much is enough', () => {
  const tooShort = () => plan({ campaign: 'quick', seed: 11, durationS: 300 });
  let needed = 0;
  assert.throws(tooShort, (error: Error & { code: string }) => {
    needed = Number(/at least (\d+) s for its 9 cases at time scale 40, got 300 s/.exec(error.message)?.[1]);
    return error.code === 'INVALID_PLAN';
  });
  assert.ok(needed > 300);
  plan({ campaign: 'quick', seed: 11, durationS: needed });
  assert.throws(() => plan({ campaign: 'quick', seed: 11, durationS: needed - 1 }), { code: 'INVALID_PLAN' });
});

test('the canonical plan has sorted keys on one line, and the hash is of that line', () => {
  const made = plan({ campaign: 'quick', seed: 11 });
  const text = canonicalPlan(made);
  assert.match(text, /^\{"campaign":"quick","cases":\[\{"change":\{"from":.*\}\n$/);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(made)));
  assert.equal(planHash(made), createHash('sha256').update(text).digest('hex'));
  const keys = Object.entries(made).reverse();
  assert.equal(canonicalPlan(Object.fromEntries(keys) as unknown as Plan), text);
});
