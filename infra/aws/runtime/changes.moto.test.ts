import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Control } from '../../control/control.ts';
import { until } from '../../embedded/testing.ts';
import type { ComponentName } from '../../topology/component.ts';
import type { Refuses } from '../testing/rollouts.ts';
import { secondOf, targetWorld, updates } from '../testing/target-world.ts';

test('changes through the control API become updates of services, and are told to the operator', async (t) => {
  const made = await targetWorld(t);
  if (!made) return;
  const { target, secrets, operator, rollouts, service } = made;
  await target.start();
  const control = await Control.start({ target });
  t.after(() => control.close());
  const change = async (body: object) => {
    const response = await fetch(`${control.address.url}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secrets.controlToken}` },
      body: JSON.stringify(body),
    });
    const { status, from, to } = (await response.json()) as Record<string, string>;
    return [response.status, status, from, to];
  };
  const revisionOf = async (name: ComponentName) => (await service(name))?.taskDefinition?.split(':').at(-1);

  await t.test('deploy and roll back', async () => {
    assert.deepEqual(await change({ kind: 'deployment', service: 'web-api', release: '1.8.2' }), [
      ...[200, 'applied', '1.8.0', '1.8.2'],
    ]);
    assert.equal(target.versions()['web-api'], '1.8.2');
    assert.equal(await revisionOf('web-api'), '2');
    assert.deepEqual(await change({ kind: 'rollback', service: 'web-api' }), [
      ...[200, 'applied', '1.8.2', '1.8.0'],
    ]);
    assert.equal(await revisionOf('web-api'), '1');
    await assert.rejects(target.rollback('web-api'), { code: 'NO_EARLIER_RELEASE' });
    await assert.rejects(target.deploy({ service: 'web-api', release: '7.0.0' }), {
      code: 'RELEASE_UNKNOWN',
    });
  });

  await t.test('scale up and down, within what the topology allows', async () => {
    const scale = (replicas: number) => change({ kind: 'scaling', service: 'payment-worker', replicas });
    assert.deepEqual(await scale(3), [200, 'applied', '1', '3']);
    assert.equal((await service('payment-worker'))?.desiredCount, 3);
    assert.deepEqual(await scale(1), [200, 'applied', '3', '1']);
    assert.equal((await scale(99))[0], 400);
  });

  await t.test('restart is a new deployment of the same', async () => {
    const before = (await service('auth-service'))?.deployments?.[0]?.id;
    assert.deepEqual(await change({ kind: 'restart', service: 'auth-service' }), [
      ...[200, 'applied', '1.8.0', '1.8.0'],
    ]);
    assert.notEqual((await service('auth-service'))?.deployments?.[0]?.id, before);
  });

  await t.test(
    'settings: what is set makes a revision, what is taken back brings the first one again',
    async () => {
      const env = { PAYMENT_RETRIES: '7', METRICS_TOKEN: null };
      await target.setEnv({ service: 'payment-worker', env, limits: { heapMiB: 32 } });
      assert.equal(await revisionOf('payment-worker'), '2');
      await target.setEnv({
        service: 'payment-worker',
        env: { PAYMENT_RETRIES: null },
        limits: { heapMiB: 128 },
      });
      assert.equal(await revisionOf('payment-worker'), '3');
    },
  );

  const told = operator.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  assert.deepEqual(
    told.map(({ kind, service: of, from, to, status, apply }) => [kind, of, from, to, status, apply]),
    [
      ['deployment', 'web-api', '1.8.0', '1.8.2', 'applied', false],
      ['rollback', 'web-api', '1.8.2', '1.8.0', 'applied', false],
      ['scaling', 'payment-worker', '1', '3', 'applied', false],
      ['scaling', 'payment-worker', '3', '1', 'applied', false],
      ['restart', 'auth-service', '1.8.0', '1.8.0', 'applied', false],
    ],
  );
  // those of the table of policies
  const calls = new Set(rollouts.asked.filter((call) => !call.startsWith('AmazonSQS')));
  assert.deepEqual([...calls].sort(), [
    'DescribeServices',
    'DescribeTaskDefinition',
    'DescribeTasks',
    'ListTasks',
    'RegisterTaskDefinition',
    'UpdateService',
  ]);
});

test('a change with which a service does not come up is refused, and what ran before is asked for', async (t) => {
  const made = await targetWorld(t, { becomes: secondOf('FAILED') });
  if (!made) return;
  const { target, service } = made;
  await target.start();
  await assert.rejects(target.deploy({ service: 'web-api', release: '1.8.1' }), {
    code: 'COMPONENT_NOT_STEADY',
    message: /^web-api did not come up: ECS deployment circuit breaker: FAILED; what ran before runs again/,
  });
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:1$/);
  assert.equal(target.versions()['web-api'], '1.8.0');
});

test('what ran before is asked for until ECS takes it', async (t) => {
  const made = await targetWorld(t, {
    becomes: secondOf('FAILED'),
    refuses: (call, asked) => call === 'UpdateService' && [2, 3].includes(updates(asked)),
  });
  if (!made) return;
  const { target, service } = made;
  await target.start();
  await assert.rejects(target.deploy({ service: 'web-api', release: '1.8.1' }), {
    code: 'COMPONENT_NOT_STEADY',
    message: /what ran before runs again/,
  });
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:1$/);
});

test('a change that took effect stands, though its definition cannot be read again', async (t) => {
  const refuses: Refuses = (call, asked) => call === 'DescribeTaskDefinition' && updates(asked) > 0;
  const made = await targetWorld(t, { refuses });
  if (!made) return;
  const { target } = made;
  await target.start();
  await target.deploy({ service: 'web-api', release: '1.8.2' });
  assert.equal(target.versions()['web-api'], '1.8.2');
});

test('a stop leaves what has just taken effect, and begins nothing that waits for its turn', async (t) => {
  const ended = new AbortController();
  ended.abort();
  const made = await targetWorld(t, {
    becomes(definition) {
      if (definition.endsWith('web-api:2')) void made?.target.stop({ signal: ended.signal });
      return 'COMPLETED';
    },
  });
  if (!made) return;
  const { target, service, rollouts } = made;
  await target.start();
  const [deployed, restarted] = await Promise.allSettled([
    target.deploy({ service: 'web-api', release: '1.8.1' }),
    target.restart('web-api'),
  ]);
  assert.equal(deployed.status, 'fulfilled');
  assert.ok(restarted.status === 'rejected' && (restarted.reason as Error).name === 'AbortError');
  assert.equal(updates(rollouts.asked), 1);
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:2$/);
});

test('a change that ECS does not take is told as one that failed', async (t) => {
  const made = await targetWorld(t, { refuses: (call) => call === 'RegisterTaskDefinition' });
  if (!made) return;
  const { target } = made;
  await target.start();
  await assert.rejects(target.deploy({ service: 'web-api', release: '1.8.1' }), {
    code: 'COMPONENT_REFUSED',
    message: 'ECS did not take the change of web-api, which runs as before: the role may not',
  });
  assert.equal(target.versions()['web-api'], '1.8.0');
  await assert.rejects(target.restart('database-setup'), { code: 'NOT_RUNNING' });
});

test('a restart after which a service does not come up is told as such', async (t) => {
  const made = await targetWorld(t, { becomes: () => 'FAILED' });
  if (!made) return;
  const { target } = made;
  await target.start();
  await assert.rejects(target.restart('auth-service'), {
    code: 'COMPONENT_NOT_STEADY',
    message:
      /^auth-service did not come up: ECS deployment .*; ECS tries again until its circuit breaker trips\./,
  });
});

test('a change that takes too long is refused likewise', async (t) => {
  const made = await targetWorld(t, { becomes: secondOf('IN_PROGRESS'), steadyMs: 250 });
  if (!made) return;
  const { target, service } = made;
  await target.start();
  await assert.rejects(target.deploy({ service: 'web-api', release: '1.8.1' }), {
    code: 'COMPONENT_NOT_STEADY',
    message: /not within 0\.25 s \(0 of 1 tasks run\)/,
  });
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:1$/);
});

test('more replicas are there when they are healthy, not when they run', async (t) => {
  const made = await targetWorld(t, { health: (task) => (task > 1 ? 'UNKNOWN' : 'HEALTHY'), steadyMs: 250 });
  if (!made) return;
  const { target, service } = made;
  await target.start();
  await assert.rejects(target.scale({ service: 'payment-worker', replicas: 3 }), {
    code: 'COMPONENT_NOT_STEADY',
    message: /not within 0\.25 s \(1 of 3 tasks are healthy\)/,
  });
  assert.equal((await service('payment-worker'))?.desiredCount, 1);
});

test('a change that is under way when the target is stopped is brought back', async (t) => {
  const made = await targetWorld(t, { becomes: secondOf('IN_PROGRESS') });
  if (!made) return;
  const { target, service, rollouts } = made;
  await target.start();
  const deploying = assert.rejects(target.deploy({ service: 'web-api', release: '1.8.1' }), {
    name: 'AbortError',
  });
  await until('the deployment is under way', () => rollouts.asked.includes('UpdateService'));
  const ended = new AbortController();
  ended.abort();
  await Promise.all([deploying, target.stop({ signal: ended.signal })]);
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:1$/);
});
