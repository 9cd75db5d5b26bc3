import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { startServer } from '../../loadtests/testing/server.ts';
import { startAwsServer } from '../../tools/moto/server.test-world.ts';
import { httpAddress } from '../container/surroundings.ts';
import { Control } from '../control/control.ts';
import { RevertibleChanges } from '../control/revertible.ts';
import { until } from '../embedded/testing.ts';
import { makeSecrets } from '../secrets.ts';
import type { ProcessEvent } from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import type { AwsOptions } from './runtime/options.ts';
import { AwsTarget } from './target.ts';
import { makeCluster, PREFIX } from './testing/cluster.ts';
import { type Becomes, type Health, type Refuses, startRollouts } from './testing/rollouts.ts';
import { stoppedEvent, taskStateEvent } from './testing/task-state-events.ts';

const serverAt = (url: string) => httpAddress('127.0.0.1', Number(new URL(url).port));

/** A cluster in moto with the stack's services, an operator and a collector that keep what they are told, and its target. */
async function world(
  t: TestContext,
  {
    becomes = () => 'COMPLETED',
    refuses = () => false,
    health = () => 'HEALTHY',
    steadyMs,
  }: { becomes?: Becomes; refuses?: Refuses; health?: Health; steadyMs?: number } = {},
) {
  const moto = await startAwsServer(t);
  if (!moto) return undefined;
  const { region, credentials } = moto;
  const { queueUrl, service, tell, unhandled, makeBase } = await makeCluster(t, moto);
  const rollouts = await startRollouts(t, { moto: moto.endpoint, becomes, refuses, health });
  const [operator, collector] = [
    await startServer((_, response) => response.end('{"uid":"change-1"}')),
    await startServer(),
  ];
  t.after(() => Promise.all([operator.close(), collector.close()]));
  const secrets = makeSecrets();
  const options: AwsOptions = {
    ...{ prefix: PREFIX, region, secrets, eventsQueueUrl: queueUrl, pollMs: 5 },
    ...(steadyMs === undefined ? {} : { steadyMs }),
    client: { endpoint: rollouts.endpoint, credentials },
    addresses: {
      operator: { first: serverAt(operator.url) },
      collector: { first: serverAt(collector.url), counters: serverAt(collector.url) },
    },
  };
  const ended = new AbortController();
  ended.abort();
  /** Another one of the same stack. */
  const find = () => {
    const found = new AwsTarget(options);
    t.after(() => found.stop({ signal: ended.signal }));
    return found;
  };
  const target = find();
  return { target, find, secrets, operator, collector, rollouts, service, tell, unhandled, makeBase };
}

test('changes through the control API become updates of services, and are told to the operator', async (t) => {
  const made = await world(t);
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

const secondOf = (becomes: 'FAILED' | 'IN_PROGRESS') => (definition: string) =>
  definition.endsWith('web-api:2') ? becomes : 'COMPLETED';

test('a change with which a service does not come up is refused, and what ran before is asked for', async (t) => {
  const made = await world(t, { becomes: secondOf('FAILED') });
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

const updates = (asked: readonly string[]) => asked.filter((call) => call === 'UpdateService').length;

test('what ran before is asked for until ECS takes it', async (t) => {
  const made = await world(t, {
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

test('a release that fails and cannot be taken back is told as such, and reverted later', async (t) => {
  let isDenied = true;
  const made = await world(t, {
    becomes: secondOf('FAILED'),
    refuses: (call, asked) => isDenied && call === 'UpdateService' && updates(asked) > 1,
  });
  if (!made) return;
  const { target, operator, service } = made;
  await target.start();
  const changes = new RevertibleChanges(target);
  const { status, body } = await changes.apply({
    ...{ kind: 'deployment', service: 'web-api', release: '1.8.1' },
  });
  const { error, message, from, to } = body as Record<string, string>;
  assert.deepEqual([status, error, from, to], [502, 'COMPONENT_NOT_STEADY', '1.8.0', '1.8.1']);
  assert.match(String(message), /what ran before could not be brought back: the role may not/);
  assert.equal(target.versions()['web-api'], '1.8.1');
  isDenied = false;
  assert.deepEqual(
    (await changes.revertAll()).reverted.map(({ thing }) => thing),
    ['release web-api'],
  );
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:1$/);
  assert.deepEqual(
    operator.received.map(({ body: told }) => (JSON.parse(told) as { status: string }).status),
    ['failed', 'applied'],
  );
});

test('a change that took effect stands, though its definition cannot be read again', async (t) => {
  const refuses: Refuses = (call, asked) => call === 'DescribeTaskDefinition' && updates(asked) > 0;
  const made = await world(t, { refuses });
  if (!made) return;
  const { target } = made;
  await target.start();
  await target.deploy({ service: 'web-api', release: '1.8.2' });
  assert.equal(target.versions()['web-api'], '1.8.2');
});

test('a stop leaves what has just taken effect, and begins nothing that waits for its turn', async (t) => {
  const ended = new AbortController();
  ended.abort();
  const made = await world(t, {
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
  const made = await world(t, { refuses: (call) => call === 'RegisterTaskDefinition' });
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
  const made = await world(t, { becomes: () => 'FAILED' });
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
  const made = await world(t, { becomes: secondOf('IN_PROGRESS'), steadyMs: 250 });
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
  const made = await world(t, { health: (task) => (task > 1 ? 'UNKNOWN' : 'HEALTHY'), steadyMs: 250 });
  if (!made) return;
  const { target, service } = made;
  await target.start();
  await assert.rejects(target.scale({ service: 'payment-worker', replicas: 3 }), {
    code: 'COMPONENT_NOT_STEADY',
    message: /not within 0\.25 s \(1 of 3 tasks are healthy\)/,
  });
  assert.equal((await service('payment-worker'))?.desiredCount, 1);
});

test('limits are those that the stack was made with, also where the topology has others', async (t) => {
  const made = await world(t);
  if (!made) return;
  const { target, service, makeBase } = made;
  const { heapMiB = 0 } = componentOf('web-api').limits;
  await makeBase('web-api', { heapMiB: heapMiB * 2 });
  await target.start();
  const changes = new RevertibleChanges(target);
  const limit = (heap: number) =>
    changes.apply({ kind: 'config', service: 'web-api', limits: { heapMiB: heap } });
  const revision = async () => (await service('web-api'))?.taskDefinition?.split(':').at(-1);
  await limit(heapMiB);
  assert.equal(await revision(), '3');
  await changes.revertAll();
  assert.equal(await revision(), '2');
});

test('what was changed before the control API was replaced is taken back by the next one', async (t) => {
  const made = await world(t);
  if (!made) return;
  const { target, find, service } = made;
  await target.start();
  const before = new RevertibleChanges(target);
  const web = { service: 'web-api' };
  await before.apply({ kind: 'deployment', ...web, release: '1.8.1' });
  await before.apply({ kind: 'deployment', ...web, release: '1.8.2' });
  await before.apply({ kind: 'config', ...web, env: { EXTRA: '1' }, limits: { heapMiB: 64 } });
  const next = find();
  await next.start();
  const { reverted, failed } = await new RevertibleChanges(next).revertAll();
  assert.deepEqual(failed, []);
  assert.deepEqual(
    reverted.map(({ thing }) => thing),
    ['limit heapMiB of web-api', 'variable EXTRA of web-api', 'release web-api'],
  );
  const { taskDefinition = '' } = (await service('web-api')) ?? {};
  const third = find();
  await third.start();
  assert.equal(third.versions()['web-api'], '1.8.0');
  assert.deepEqual(await new RevertibleChanges(third).revertAll(), { reverted: [], failed: [] });
  assert.equal((await service('web-api'))?.taskDefinition, taskDefinition);
});

test('a change that is under way when the target is stopped is brought back', async (t) => {
  const made = await world(t, { becomes: secondOf('IN_PROGRESS') });
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

test('states of tasks in the queue become process events, which go to the collector', async (t) => {
  const made = await world(t);
  if (!made) return;
  const { target, collector, tell } = made;
  const events = target.events();
  await target.start();
  const definition = (event: ReturnType<typeof taskStateEvent>) => ({
    ...event,
    detail: {
      ...event.detail,
      taskDefinitionArn: event.detail.taskDefinitionArn.replace('us-west-2', 'us-east-1'),
    },
  });
  await tell({ 'detail-type': 'ECS Service Action', detail: {} });
  await tell(definition(taskStateEvent()));
  await tell(
    definition(
      stoppedEvent({
        stopCode: 'EssentialContainerExited',
        container: { exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' },
      }),
    ),
  );
  const seen = [(await events.next()).value, (await events.next()).value];
  assert.deepEqual(
    seen.map((event) => [event?.type, event?.service, event?.replica]),
    [
      ['started', 'web-api', 1],
      ['exited', 'web-api', 1],
    ],
  );
  assert.ok(seen[0]?.type === 'started' && seen[0].version === '1.8.0');
  assert.ok(seen[1]?.type === 'exited' && seen[1].oom && !seen[1].expected);
  const lines = await until('the collector gets both', () => {
    const bodies = collector.received.filter(({ path }) => path === '/v1/logs').map(({ body }) => body);
    return /"action\\?":\\?"oom/.test(bodies.join()) && bodies.join();
  });
  assert.match(lines, /web-api replica 1 started/);
  assert.match(lines, /deployment\.environment\.name","value":\{"stringValue":"aws"/);
});

test('a state that cannot be handled keeps none beside it from being told, and stays in the queue', async (t) => {
  const made = await world(t);
  if (!made) return;
  const { target, tell, unhandled } = made;
  const inCluster = taskStateEvent().detail.taskDefinitionArn.replace('us-west-2', 'us-east-1');
  await tell(taskStateEvent({ taskDefinitionArn: inCluster.replace(/\d+$/, '99') })); // which is not there
  await tell(taskStateEvent({ taskDefinitionArn: inCluster }));
  const events = target.events();
  await target.start();
  const seen: ProcessEvent[] = [];
  void events.next().then(({ value }) => seen.push(value));
  const [event] = await until('the one beside it is told', () => seen.length > 0 && seen);
  assert.deepEqual([event?.type, event?.service], ['started', 'web-api']);
  await until('the other one is left', async () => (await unhandled()) === 1);
});

test('what is no task, or not here, says what to do instead', async (t) => {
  const made = await world(t);
  if (!made) return;
  const { target } = made;
  assert.throws(() => target.versions(), { code: 'NOT_RUNNING' });
  await target.start();
  assert.equal(target.address('web-api').url, 'http://web-api.storefront.internal:8080');
  assert.equal(target.address('collector', 'health').url, 'http://collector.storefront.internal:13133');
  assert.throws(() => target.address('postgres'), { code: 'NOT_PUBLISHED' });
  assert.throws(() => target.restart('postgres'), {
    code: 'NOT_A_TASK',
    message: /aws rds reboot-db-instance/,
  });
  await assert.rejects(target.logs('s3')[Symbol.asyncIterator]().next(), {
    code: 'LOGS_ELSEWHERE',
    message: /^the lines of s3 .*: it is a service of AWS/,
  });
  await assert.rejects(target.logs('web-api')[Symbol.asyncIterator]().next(), {
    code: 'LOGS_ELSEWHERE',
    message: /go to the collector and from there to the raw bucket/,
  });
});

test('a cluster without the stack is refused', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { endpoint, credentials, region } = moto;
  const target = new AwsTarget({
    ...{ prefix: 'elsewhere', region, secrets: makeSecrets(), eventsQueueUrl: `${endpoint}/1/none` },
    client: { endpoint, credentials },
  });
  t.after(() => target.stop());
  await assert.rejects(target.start(), {
    code: 'CLUSTER_NOT_FOUND',
    message: /make it with `pulumi up --stack aws`/,
  });
});

test('a stack that is still made is waited for, and what it lacks in the end is named', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { endpoint, credentials, region } = moto;
  const ecs = new ECSClient(moto);
  t.after(() => ecs.destroy());
  await ecs.send(new CreateClusterCommand({ clusterName: PREFIX }));
  const target = (startWithinMs: number) =>
    new AwsTarget({
      ...{
        prefix: PREFIX,
        region,
        secrets: makeSecrets(),
        eventsQueueUrl: `${endpoint}/1/none`,
        startWithinMs,
      },
      ...{ client: { endpoint, credentials }, pollMs: 5 },
    });
  await assert.rejects(target(0).start(), {
    code: 'CLUSTER_NOT_FOUND',
    message: /it lacks operator, auth-service, payment-worker, web-api;/,
  });
  const waiting = target(60_000);
  const ended = new AbortController();
  ended.abort();
  t.after(() => waiting.stop({ signal: ended.signal }));
  const [, { service }] = await Promise.all([waiting.start(), makeCluster(t, moto)]);
  assert.equal((await service('web-api'))?.status, 'ACTIVE');
  assert.equal(waiting.versions()['web-api'], '1.8.0');
});
