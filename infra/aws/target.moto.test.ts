import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { startAwsServer } from '../../tools/moto/server.test-world.ts';
import { until } from '../embedded/testing.ts';
import { makeSecrets } from '../secrets.ts';
import type { ProcessEvent } from '../target.ts';
import { AwsTarget } from './target.ts';
import { makeCluster, PREFIX } from './testing/cluster.ts';
import { targetWorld } from './testing/target-world.ts';
import { stoppedEvent, taskStateEvent } from './testing/task-state-events.ts';

test('states of tasks in the queue become process events, which go to the collector', async (t) => {
  const made = await targetWorld(t);
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
  const made = await targetWorld(t);
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
  const made = await targetWorld(t);
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
