import assert from 'node:assert/strict';
import { test } from 'node:test';
import { affinityOf } from './affinity.ts';
import { RecentActivity } from './recent-activity.ts';

const activity = (id: string, customer = '1') => ({ id, customer, searched: false });

test('of more than the most entries the oldest goes', () => {
  const recent = new RecentActivity({ days: 1, most: 2 });
  for (const id of ['a', 'b', 'c']) recent.keep(activity(id, id));
  assert.equal(recent.size, 2);
  recent.endSession('a');
  assert.equal(recent.size, 2, 'the first is not there any more');
  recent.endSession('c');
  assert.equal(recent.size, 1);
});

test('a new session forgets what its customer did before, and nothing of others', () => {
  const recent = new RecentActivity({ days: 1 });
  for (const [id, customer] of [
    ['a', '1'],
    ['b', '2'],
    ['c', '1'],
  ] as const)
    recent.keep(activity(id, customer));
  recent.endSession('1');
  assert.equal(recent.size, 1);
  recent.clear();
  assert.equal(recent.size, 0);
});

test('an entry has three weights an hour, halved by the day, and more of what it is about in its last day', () => {
  const weights = affinityOf({ days: 2, searched: true });
  assert.equal(weights.length, 2 * 24 * 3);
  const at = (hour: number, signal: string) =>
    weights.find((weight) => weight.hour === hour && weight.signal === signal)?.weight;
  assert.deepEqual([at(23, 'searched'), at(23, 'seen')], [1000, 500]);
  assert.deepEqual([at(24, 'searched'), at(24, 'seen')], [250, 250]);
});
