import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { secretsFile, secretsOf } from './secrets-file.ts';
import { type MockedResource, mockedStack } from './testing/mocked-stack.ts';
import { workerFolder } from './worker-context.ts';

const STACK = `test-worker-${process.pid}`;
after(() => {
  rmSync(secretsFile(STACK), { force: true });
  rmSync(workerFolder(STACK), { recursive: true, force: true });
});

/** What the program makes, by type and name. */
async function made(config: Readonly<Record<string, unknown>>): Promise<Map<string, MockedResource>> {
  const { resources } = await mockedStack(STACK, { prefix: 'shop', ...config });
  return new Map(resources.map((resource) => [`${resource.type} ${resource.name}`, resource]));
}

test('a worker is one more container and one more image, and changes no other', async () => {
  const [without, with_] = [await made({}), await made({ worker: true })];
  const added = [...with_.keys()].filter((name) => !without.has(name));
  assert.deepEqual(added, [
    'storefront:docker:Component shop-worker',
    'docker:index/remoteImage:RemoteImage worker',
    'docker:index/container:Container shop-worker',
  ]);
  for (const [name, { inputs }] of without) assert.deepEqual(with_.get(name)?.inputs, inputs, name);

  const image = with_.get(added[1] as string)?.inputs;
  assert.match(String(image?.name), /^shop-worker:[0-9a-f]{12}$/);
  assert.equal((await made({ worker: true })).get(added[1] as string)?.inputs.name, image?.name);
  const other = await made({ worker: true, nodeImage: 'example.org/node:1' });
  assert.notEqual(other.get(added[1] as string)?.inputs.name, image?.name, 'on another base');

  const { inputs, secret } = with_.get(added[2] as string) as MockedResource;
  assert.deepEqual(
    [inputs.user, inputs.readOnly, inputs.capabilities],
    ['1000:1000', true, { drops: ['ALL'] }],
  );
  assert.deepEqual([inputs.ports, inputs.volumes, inputs.logDriver], [[], undefined, 'json-file']);
  assert.deepEqual([inputs.memory, inputs.memorySwap, inputs.restart], [448, 448, 'unless-stopped']);
  assert.ok(secret.includes('envs'));
  assert.ok((inputs.envs as string[]).includes(`AWS_SECRET_ACCESS_KEY=${secretsOf(STACK).s3SecretKey}`));
});
