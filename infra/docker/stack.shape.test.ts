import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import { CONTEXT_ROOT, contextHash } from '../container/context-hash.ts';
import { componentOf, topologyOf } from '../topology.ts';
import { secretsFile, secretsOf } from './secrets-file.ts';
import { type MockedResource, type MockedStack, mockedStack } from './testing/mocked-stack.ts';

const STACK = `test-shape-${process.pid}`;
const FORWARDED = new Set(['service', 'task']);
after(() => rmSync(secretsFile(STACK), { force: true }));

const config = { prefix: 'shop', replicas: { 'payment-worker': 3 } };
const { resources, outputs } = await mockedStack(STACK, config);
const containers = ofType('docker:index/container:Container');

function ofType(type: string, all: MockedStack['resources'] = resources): MockedResource[] {
  return all.filter((resource) => resource.type === type);
}

/** By what its label says; undefined: it only readies a volume. */
function componentOfContainer({ inputs }: MockedResource) {
  const name = labels(inputs)['storefront.component'];
  return topologyOf('docker').find((component) => component.name === name);
}

function labels(inputs: MockedResource['inputs']): Record<string, string> {
  const list = inputs.labels as { label: string; value: string }[];
  return Object.fromEntries(list.map(({ label, value }) => [label, value]));
}

test('every component is there once, or as often as it has replicas', () => {
  const expected = topologyOf('docker').flatMap(({ name, role }) => {
    if (role !== 'service') return [`shop-${name}`];
    const count = name === 'payment-worker' ? 3 : 1;
    return Array.from({ length: count }, (_, index) => `shop-${name}-${index + 1}`);
  });
  assert.deepEqual(
    containers.map(({ inputs }) => inputs.name).sort(),
    [...expected, 'shop-s3-volume'].sort(),
  );
  for (const container of containers) {
    assert.equal(container.name, container.inputs.name);
    const component = componentOfContainer(container);
    if (component) assert.equal(container.inputs.hostname, component.name);
  }
});

test('a component is made after all that it needs', () => {
  const names = containers.map((container) => componentOfContainer(container)?.name);
  for (const [index, name] of names.entries())
    for (const need of name === undefined ? [] : componentOf(name).needs)
      assert.ok(names.lastIndexOf(need) < index && names.includes(need), `${name} needs ${need}`);
});

for (const { name, inputs } of containers) {
  test(`${name} is confined`, () => {
    assert.match(String(inputs.user), /^[1-9]\d*:[1-9]\d*$/);
    assert.equal(inputs.readOnly, true);
    assert.deepEqual(inputs.capabilities, { drops: ['ALL'] });
    assert.deepEqual(inputs.securityOpts, ['no-new-privileges:true']);
    assert.ok((inputs.memory as number) > 0);
    assert.equal(inputs.memorySwap, inputs.memory, 'no swap');
    for (const key of [
      'privileged',
      'pidMode',
      'ipcMode',
      'usernsMode',
      'devices',
      'mounts',
      'uploads',
      'hosts',
    ])
      assert.equal(inputs[key], undefined, key);
    for (const options of Object.values((inputs.tmpfs ?? {}) as Record<string, string>))
      assert.match(options, /^rw,noexec,nosuid,nodev,size=\d+m,uid=\d+,gid=\d+,mode=0700$/);
  });
}

test('only volumes of the stack are mounted', () => {
  const volumes = ofType('docker:index/volume:Volume').map(({ inputs }) => inputs.name);
  for (const { name, inputs } of containers)
    for (const mounted of (inputs.volumes ?? []) as Record<string, unknown>[]) {
      assert.deepEqual(Object.keys(mounted).sort(), ['containerPath', 'volumeName'], name);
      assert.ok(volumes.includes(mounted.volumeName), name);
    }
  assert.doesNotMatch(JSON.stringify(resources), /docker\.sock/);
});

test('what lasts tells its health and comes back, what ends is waited for', () => {
  for (const container of containers) {
    const { name, inputs } = container;
    const { restart = 'never', role = 'task' } = componentOfContainer(container) ?? {};
    if (role === 'task') {
      assert.deepEqual([inputs.start, inputs.mustRun, inputs.healthcheck], [false, false, undefined], name);
    } else {
      const { tests } = inputs.healthcheck as { tests: string[] };
      assert.match(tests[0] ?? '', /^CMD(-SHELL)?$/, name);
      assert.equal(inputs.wait, true, name);
    }
    if (inputs.restart !== undefined || restart === 'always')
      assert.equal(inputs.restart, restart === 'always' ? 'unless-stopped' : 'no', name);
  }
});

test('ports are on loopback only, and no two are the same', () => {
  const all = containers.flatMap(({ inputs }) => (inputs.ports ?? []) as { external: number; ip: string }[]);
  assert.deepEqual([...new Set(all.map(({ ip }) => ip))], ['127.0.0.1']);
  const numbers = all.map(({ external }) => external);
  assert.deepEqual(numbers, [...new Set(numbers)]);
  for (const { name, inputs } of containers.filter((container) => container.name.endsWith('-2')))
    assert.deepEqual(inputs.ports, [], `${name} has no port of its own`);
});

test('what is observed logs to the collector without waiting, the rest to files of bounded size', () => {
  for (const container of containers) {
    const component = componentOfContainer(container);
    const { name, inputs } = container;
    if (component === undefined) continue;
    const forwarded = FORWARDED.has(component.role) || ['postgres', 'redis'].includes(component.program);
    if (forwarded) {
      const options = inputs.logOpts as Record<string, string>;
      assert.equal(inputs.logDriver, 'fluentd', name);
      assert.equal(options['fluentd-address'], 'tcp://127.0.0.1:4321', name);
      assert.equal(options['fluentd-async'], 'true', name);
      assert.equal(options['fluentd-sub-second-precision'], 'true', name);
      assert.equal(options.tag, component.name);
    } else {
      assert.equal(inputs.logDriver, 'json-file', name);
      assert.deepEqual(inputs.logOpts, { 'max-size': '10m', 'max-file': '3' }, name);
    }
  }
});

test('secrets are in environments that are secret, and nowhere else', async () => {
  const secrets = Object.values(secretsOf(STACK));
  const holds = (value: unknown) => secrets.some((secret) => JSON.stringify(value ?? '').includes(secret));
  for (const { name, inputs, secret } of resources) {
    for (const [key, value] of Object.entries(inputs))
      if (holds(value)) assert.ok(key === 'envs' && secret.includes(key), `${key} of ${name}`);
  }
  for (const name of ['web-api-1', 'postgres', 'cache', 's3', 'collector', 'prometheus'])
    assert.ok(holds(containers.find((container) => container.name === `shop-${name}`)?.inputs.envs), name);
  for (const [name, output] of Object.entries(outputs)) {
    const isSecret = pulumi.Output.isInstance(output) && (await pulumi.isSecret(output));
    const value = await new Promise((resolve) => pulumi.output(output).apply(resolve));
    assert.equal(isSecret, holds(value), name);
  }
});

test('nothing that the stack can see of itself tells what it is for', () => {
  for (const { type, name, inputs } of resources) {
    // where the repository lies is known to the builder, and to no image
    const { build, ...seen } = inputs as { build?: { buildArgs?: unknown } };
    assert.doesNotMatch(
      JSON.stringify([name, seen, build?.buildArgs]),
      /faultline|fault|inject|chaos/i,
      type,
    );
  }
});

test('every network, volume and container has the labels of its stack', () => {
  const labelled = resources.filter(({ inputs }) => inputs.labels !== undefined);
  const kinds = ['network:Network', 'volume:Volume', 'container:Container'];
  assert.equal(
    labelled.length,
    resources.filter(({ type }) => kinds.some((kind) => type.endsWith(kind))).length,
  );
  const owners = labelled.map(({ inputs }) => labels(inputs)['storefront.owner']);
  assert.equal(new Set(owners).size, 1);
  for (const { inputs } of labelled) assert.equal(labels(inputs)['storefront.stack'], `shop.${STACK}`);
});

test('the tag of an image that is built is that of what it is built from', () => {
  for (const { name, inputs } of ofType('docker:index/remoteImage:RemoteImage')) {
    if (inputs.build === undefined) continue;
    const { buildArgs, context, target } = inputs.build as Record<string, unknown>;
    const { NODE_IMAGE, COLLECTOR_IMAGE, PROMETHEUS_IMAGE } = buildArgs as Record<string, string>;
    const salt = JSON.stringify({ NODE_IMAGE, COLLECTOR_IMAGE, PROMETHEUS_IMAGE });
    const hash = contextHash({ root: CONTEXT_ROOT, salt });
    assert.equal(inputs.name, `${name === 'services' ? 'shop' : `shop-${name}`}:${hash.slice(0, 12)}`);
    assert.deepEqual([context, target], [CONTEXT_ROOT, name]);
  }
});

test('each image is replaceable by configuration', async () => {
  const taken = ['s3', 'postgres', 'redis'];
  const builtOn = ['node', 'collector', 'prometheus'];
  const own = Object.fromEntries(
    [...taken, ...builtOn].map((key) => [`${key}Image`, `example.org/${key}:1`]),
  );
  const images = ofType('docker:index/remoteImage:RemoteImage', (await mockedStack(STACK, own)).resources);
  for (const key of taken) {
    const { inputs } = images.find(({ name }) => name === key) as MockedResource;
    assert.deepEqual([inputs.name, inputs.keepLocally], [`example.org/${key}:1`, true]);
  }
  const before = ofType('docker:index/remoteImage:RemoteImage').map(({ inputs }) => inputs.name);
  for (const key of ['services', 'collector', 'prometheus']) {
    const { inputs } = images.find(({ name }) => name === key) as MockedResource;
    const { buildArgs } = inputs.build as { buildArgs: Record<string, string> };
    assert.deepEqual(
      buildArgs,
      Object.fromEntries(builtOn.map((name) => [`${name.toUpperCase()}_IMAGE`, `example.org/${name}:1`])),
    );
    assert.ok(!before.includes(inputs.name), 'another base is another image');
    assert.equal(inputs.keepLocally, false);
  }
});

test('environment, limits and release of one service are laid over what the topology says', async () => {
  const changed = {
    ...config,
    env: { 'web-api': { DB_POOL_SIZE: '2', NODE_ENV: '' } },
    limits: { 'web-api': { memoryMiB: 99 } },
  };
  const over = ofType('docker:index/container:Container', (await mockedStack(STACK, changed)).resources);
  for (const { name, inputs } of over) {
    const as = containers.find((container) => container.name === name) as MockedResource;
    if (name !== 'shop-web-api-1') {
      assert.deepEqual(inputs, as.inputs, `${name} is as it was`);
      continue;
    }
    const envs = (as.inputs.envs as string[]).filter((line) => line !== 'NODE_ENV=production');
    assert.deepEqual(inputs.envs, [...envs, 'DB_POOL_SIZE=2'].sort());
    assert.deepEqual([inputs.memory, inputs.memorySwap], [99, 99]);
  }
});
