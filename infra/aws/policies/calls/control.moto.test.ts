import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { startServer } from '../../../../loadtests/testing/server.ts';
import { startAwsServer } from '../../../../tools/moto/server.test-world.ts';
import { httpAddress } from '../../../container/surroundings.ts';
import { makeSecrets } from '../../../secrets.ts';
import { AwsTarget } from '../../target.ts';
import { makeCluster, PREFIX } from '../../testing/cluster.ts';
import { startRollouts } from '../../testing/rollouts.ts';
import { taskStateEvent } from '../../testing/task-state-events.ts';
import { EXAMPLE } from '../example.ts';
import { startJsonDoor } from './json-door.test-world.ts';
import { recordedOf } from './table.ts';

test('control changes services and hears of tasks with what its role may do, and is refused nothing', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { queueUrl, ecs, tell } = await makeCluster(t, moto);
  const family = `${PREFIX}-web-api`;
  const [executionRoleArn = '', taskRoleArn = ''] = EXAMPLE.passRoles;
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
  const { containerDefinitions = [] } = taskDefinition ?? {};
  await ecs.send(
    new RegisterTaskDefinitionCommand({ family, executionRoleArn, taskRoleArn, containerDefinitions }),
  );
  await ecs.send(new UpdateServiceCommand({ cluster: PREFIX, service: family, taskDefinition: family }));
  await ecs.send(new RunTaskCommand({ cluster: PREFIX, taskDefinition: family, launchType: 'FARGATE' }));

  const rollouts = await startRollouts(t, { moto: moto.endpoint, becomes: () => 'COMPLETED' });
  const door = await startJsonDoor(t, 'control-task', rollouts.endpoint);
  const server = await startServer((_, response) => response.end('{}'));
  t.after(() => server.close());
  const at = httpAddress('127.0.0.1', Number(new URL(server.url).port));
  const target = new AwsTarget({
    ...{ prefix: PREFIX, region: moto.region, secrets: makeSecrets(), eventsQueueUrl: queueUrl, pollMs: 5 },
    client: { endpoint: door.endpoint, credentials: moto.credentials },
    addresses: { operator: { first: at }, collector: { first: at, counters: at } },
  });
  const ended = new AbortController();
  ended.abort();
  t.after(() => target.stop({ signal: ended.signal }));
  await target.start();
  await target.deploy({ service: 'web-api', release: '1.8.2' });
  await target.rollback('web-api');
  await target.restart('auth-service');
  await target.scale({ service: 'payment-worker', replicas: 2 });
  const events = target.events();
  const event = taskStateEvent();
  const taskDefinitionArn = event.detail.taskDefinitionArn.replace('us-west-2', moto.region);
  await tell({ ...event, detail: { ...event.detail, taskDefinitionArn } });
  assert.equal((await events.next()).value?.type, 'started');
  await target.stop({ signal: ended.signal });

  assert.deepEqual(door.refused(), []);
  const table = ['ECS', 'SQS'].flatMap((service) =>
    recordedOf('control-task', service).map((call) => `${service} ${call.split(' ')[0]}`),
  );
  assert.deepEqual(door.calls(), table);
  for (const role of [executionRoleArn, taskRoleArn])
    assert.ok(door.asked().includes(`iam:PassRole on ${role}`), role);
});
