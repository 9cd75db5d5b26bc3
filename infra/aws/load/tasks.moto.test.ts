import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { type AwsServer, startAwsServer } from '../../../tools/moto/server.test-world.ts';
import { endOf, LoadTasks } from './tasks.ts';

/** The network that moto's account begins with. The SDK's client of EC2 is no dependency: two questions of its Query API. */
async function networkOf({ endpoint, region, credentials }: AwsServer) {
  const ask = async (action: string) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/${region}/ec2/aws4_request`,
      },
      body: `Action=${action}&Version=2016-11-15`,
    });
    return response.text();
  };
  const [subnet] = /subnet-\w+/.exec(await ask('DescribeSubnets')) ?? [];
  const [securityGroup] = /sg-\w+/.exec(await ask('DescribeSecurityGroups')) ?? [];
  return { subnets: [subnet ?? ''], securityGroups: [securityGroup ?? ''] };
}

test('parts of a load are tasks on Fargate that are told run, load and part, and can be waited for and stopped', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { region, endpoint, credentials } = moto;
  const ecs = new ECSClient(moto);
  const { cluster } = await ecs.send(new CreateClusterCommand({ clusterName: 'storefront' }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family: 'storefront-load', networkMode: 'awsvpc', cpu: '256', memory: '512' },
      requiresCompatibilities: ['FARGATE'],
      containerDefinitions: [{ name: 'load', image: 'tools:1', memory: 512 }],
    }),
  );
  const tasks = new LoadTasks({
    ...{ region, cluster: cluster?.clusterArn ?? '', runId: 'r1', client: { endpoint, credentials } },
    ...(await networkOf(moto)),
  });
  t.after(() => [ecs, tasks].map((one) => ('close' in one ? one.close() : one.destroy())));

  const load = 'l1';
  const [first, second] = [await tasks.start({ part: '1', load }), await tasks.start({ part: '2', load })];
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster: 'storefront' }));
  assert.deepEqual(taskArns.toSorted(), [first.name, second.name].toSorted());
  const described = await ecs.send(new DescribeTasksCommand({ cluster: 'storefront', tasks: [second.name] }));
  assert.deepEqual(described.tasks?.[0]?.overrides?.containerOverrides, [
    {
      name: 'load',
      environment: [
        { name: 'FAULTLINE_RUN_ID', value: 'r1' },
        { name: 'FAULTLINE_LOAD', value: 'l1' },
        { name: 'FAULTLINE_PART', value: '2' },
      ],
    },
  ]);
  assert.equal(described.tasks?.[0]?.launchType, 'FARGATE');

  await second.stop();
  // one question about both, in whatever order they are asked for; moto's tasks go on to their end with each look
  const looked = await tasks.ended([second, first]);
  assert.match(looked[0] ?? '', /run r1 was ended$/);
  assert.equal(looked[1], undefined);
  let ended: string | undefined;
  for (let look = 0; ended === undefined && look < 10; look += 1) [ended] = await tasks.ended([first]);
  assert.match(ended ?? '', /exit code 0/);
});

test('a cluster without the task definition is refused by ECS itself', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { region, endpoint, credentials } = moto;
  const tasks = new LoadTasks({
    ...{ region, cluster: 'elsewhere', runId: 'r1', client: { endpoint, credentials } },
    ...(await networkOf(moto)),
  });
  t.after(() => tasks.close());
  await assert.rejects(tasks.start({ part: '1', load: 'l1' }), /Cluster not found/);
});

test('how a task ended: code, reason, and what ECS says; one that is gone is told as such', () => {
  const task = (containers: object[], stoppedReason?: string) =>
    endOf({ lastStatus: 'STOPPED', containers, ...(stoppedReason ? { stoppedReason } : {}) });
  assert.equal(
    task(
      [{ name: 'load', exitCode: 137, reason: 'OutOfMemoryError: Container killed' }],
      'Essential container',
    ),
    'exit code 137, OutOfMemoryError: Container killed, Essential container',
  );
  assert.equal(task([], 'CannotPullContainerError'), 'CannotPullContainerError');
  assert.equal(task([]), 'it says no reason');
  assert.equal(endOf({ lastStatus: 'RUNNING' }), undefined);
  assert.equal(endOf(undefined), 'ECS does not know it any more');
});
