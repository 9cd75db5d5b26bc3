import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_RULES, findingsOf, type Resource } from './index.ts';
import { BUCKET_SEEDS } from './seeded/buckets.test-world.ts';
import { goodStack } from './seeded/good.test-world.ts';
import { LIFETIME_SEEDS } from './seeded/lifetime.test-world.ts';
import { NETWORK_SEEDS } from './seeded/network.test-world.ts';
import { POLICY_SEEDS } from './seeded/policies.test-world.ts';
import type { Seed, Seeds } from './seeded/seed.test-world.ts';
import { STORE_SEEDS } from './seeded/stores.test-world.ts';
import { TASK_SEEDS } from './seeded/tasks.test-world.ts';

const SEEDS: Seeds = {
  ...{ ...POLICY_SEEDS, ...BUCKET_SEEDS, ...NETWORK_SEEDS },
  ...{ ...STORE_SEEDS, ...TASK_SEEDS, ...LIFETIME_SEEDS },
};

/** The good stack with something wrong in it. */
function seeded({ kind, inputs, also }: Seed): Resource[] {
  const good = goodStack();
  assert.equal(good.filter(({ type }) => type.endsWith(`:${kind}`)).length, 1, `one ${kind}`);
  return good.flatMap((resource) => {
    if (!resource.type.endsWith(`:${kind}`)) return [resource];
    return inputs || also ? [{ ...resource, ...also, inputs: { ...resource.inputs, ...inputs } }] : [];
  });
}

test('a stack that is as it must be gives no finding', () => assert.deepEqual(findingsOf(goodStack()), []));

for (const [what, seed] of Object.entries(SEEDS))
  test(`${what}: is found, and nothing else`, () => {
    const found = findingsOf(seeded(seed)).map(({ rule, why }) => `${rule}: ${why}`);
    const shown = found.join('\n') || 'nothing';
    assert.equal(found.length, seed.finds.length, shown);
    for (const find of seed.finds)
      assert.equal(found.filter((one) => one.includes(find)).length, 1, `${find} in:\n${shown}`);
  });

test('every rule has found something', () => {
  const found = new Set(
    Object.values(SEEDS).flatMap((seed) => findingsOf(seeded(seed)).map(({ rule }) => rule)),
  );
  assert.deepEqual(
    ALL_RULES.map(({ name }) => name).filter((name) => !found.has(name)),
    [],
  );
});

test('what the deployer names is no finding: networks that may come in, and what may stay', () => {
  const open = seeded({
    kind: 'SecurityGroupIngressRule',
    inputs: { cidrIpv4: '203.0.113.0/24' },
    finds: [],
  });
  assert.equal(findingsOf(open).length, 1);
  assert.deepEqual(findingsOf(open, { ingress: ['203.0.113.0/24'] }), []);
  const everybody = seeded({
    kind: 'SecurityGroupIngressRule',
    inputs: { cidrIpv4: '0.0.0.0/0' },
    finds: [],
  });
  assert.equal(findingsOf(everybody, { ingress: ['0.0.0.0/0'] }).length, 1);
  const kept = seeded({
    kind: 'Bucket',
    inputs: { forceDestroy: false },
    also: { protect: true },
    finds: [],
  });
  assert.equal(findingsOf(kept).length, 2);
  assert.deepEqual(findingsOf(kept, { protect: ['raw'] }), []);
});

test('a finding says rule, resource and reason', () =>
  assert.deepEqual(findingsOf(seeded({ kind: 'Subnet', inputs: { mapPublicIpOnLaunch: true }, finds: [] })), [
    {
      rule: 'no-public-address',
      resource: 'aws:ec2/subnet:Subnet private',
      why: 'gives out public addresses',
    },
  ]));
