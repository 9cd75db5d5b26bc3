import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fargateMemory } from './runtime/fargate.ts';
import { mockedAwsStack } from './testing/mocked-stack.ts';
import { taskDefinitions } from './testing/tasks.ts';

for (const [cpu, needed, size] of [
  [256, 1, 512],
  [256, 513, 1024],
  [256, 1500, 2048],
  [512, 400, 1024],
  [512, 1025, 2048],
  [512, 4096, 4096],
  [1024, 300, 2048],
  [4096, 9000, 9216],
  [4096, 30_000, 30_720],
] as const)
  test(`${cpu} units and ${needed} MiB make a task of ${size} MiB`, () =>
    assert.equal(fargateMemory({ name: 'web-api', cpu: String(cpu), needed }), size));

for (const [cpu, needed] of [
  [256, 2049],
  [512, 4097],
  [4096, 30_721],
] as const)
  test(`${needed} MiB are too much for ${cpu} units, which is said with what to do`, () =>
    assert.throws(() => fargateMemory({ name: 'web-api', cpu: String(cpu), needed }), {
      code: 'LIMIT_NOT_SUPPORTED',
      message: /web-api.*faultline:cpu/,
    }));

test('what `faultline:cpu` gives a component is a size of its task', async () => {
  const stack = await mockedAwsStack({ cpu: { 'web-api': 2048 } });
  const sizes = taskDefinitions(stack).map(({ name, inputs }) => [name, inputs.cpu, inputs.memory].join(' '));
  assert.deepEqual(sizes.sort(), [
    ...['auth-service', 'collector'].map((name) => `storefront-${name} 512 1024`),
    'storefront-control 256 512',
    'storefront-database-setup 512 1024',
    'storefront-load 1024 2048',
    ...['operator', 'payment-worker', 'prometheus'].map((name) => `storefront-${name} 512 1024`),
    'storefront-seal 2048 4096',
    'storefront-web-api 2048 4096',
  ]);
});
