import assert from 'node:assert/strict';
import { test } from 'node:test';
import { casePlan } from '../campaign/plan/case-plan.ts';
import { plan } from '../campaign/plan/plan.ts';
import { planThresholds } from './case-thresholds.ts';
import { crowdOf } from './crowd.ts';
import { phaseAt } from './schedule.ts';

const seconds = (list: number[], cases: Parameters<typeof phaseAt>[0]['cases']) =>
  list.map((second) => phaseAt({ cases, atMs: second * 1000 }).phase ?? '-').join(' ');

test('a request has the phase in which it is sent; what settles after a revert still counts to it', () => {
  // 10 s before, 60 baseline, 5 change, 45 hold, 5 revert, 60 cooldown
  const { cases } = casePlan({ scenario: '05-slow-query', seed: 1 });
  assert.equal(seconds([0, 9.999, 10, 69.999], cases), '- - baseline baseline');
  assert.equal(seconds([70, 74.999, 75, 119.999], cases), 'change change hold hold');
  assert.equal(
    seconds([120, 125, 134.999, 135, 184.999, 185], cases),
    'revert revert revert cooldown cooldown -',
  );
});

test('without a revert the cooldown begins as planned', () => {
  const { cases } = casePlan({ scenario: '04-cache-storm', seed: 1 });
  assert.equal(seconds([72.999, 73, 102.999, 103], cases), 'change hold hold cooldown');
});

test('each case of a campaign is told by its number, and begins in good health', () => {
  const made = plan({ campaign: 'quick', seed: 11 });
  for (const [i, { phases }] of made.cases.entries()) {
    const tags = phaseAt({ cases: made.cases, atMs: phases.baseline.start_ms });
    assert.deepEqual(tags, { case: String(i + 1), phase: 'baseline' });
    assert.ok(planThresholds(made)[`checks{case:${i + 1},phase:baseline}`]);
  }
  assert.deepEqual(planThresholds(made).change_applied, ['count==14']);
});

test('there are virtual users for sessions of ten slow requests, and for those of a surge', () => {
  const made = plan({ campaign: 'quick', seed: 11 });
  const { preAllocatedVUs, maxVUs } = crowdOf({ plan: made, sessionsPerSecond: 2 });
  const surge = made.cases.find(({ scenario }) => scenario === '10-surge')?.load;
  assert.ok(surge);
  const held = (surge.end_ms - surge.start_ms) / 1000;
  assert.ok(preAllocatedVUs >= 2 * 100 + 4 * held, String(preAllocatedVUs));
  assert.ok(preAllocatedVUs < 400 && maxVUs > preAllocatedVUs);
});
