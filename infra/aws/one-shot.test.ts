import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ECSClient } from '@aws-sdk/client-ecs';
import { runToEnd } from './one-shot.ts';

const ARN = 'arn:aws:ecs:eu-central-1:123456789012:task/storefront/1';

/** ECS as its API is on the wire, with answers of the test's own. */
async function ecs(t: TestContext, answers: Readonly<Record<string, readonly object[]>>) {
  const asked: { operation: string; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const before = asked.filter((one) => one.operation === operation).length;
    asked.push({ operation, body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> });
    const all = answers[operation] ?? [];
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(all[Math.min(before, all.length - 1)]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = new ECSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  t.after(() => {
    client.destroy();
    server.close();
  });
  return { client, asked };
}

const task = (client: ECSClient) => ({
  ...{
    client,
    cluster: 'storefront',
    taskDefinition: 'storefront-database-setup:1',
    container: 'database-setup',
  },
  ...{ subnet: 'subnet-1', securityGroup: 'sg-1', withinSeconds: 30, everyMs: 5 },
});
const started = { tasks: [{ taskArn: ARN }], failures: [] };
const running = { tasks: [{ taskArn: ARN, lastStatus: 'RUNNING', containers: [] }] };
const stopped = (exitCode?: number) => ({
  tasks: [
    {
      ...{ taskArn: ARN, lastStatus: 'STOPPED', stoppedReason: 'Essential container in task exited' },
      containers: [
        { name: 'log-router', exitCode: 0 },
        { name: 'database-setup', exitCode },
      ],
    },
  ],
});

test('a task is started in the private subnet and waited for', async (t) => {
  const { client, asked } = await ecs(t, {
    RunTask: [started],
    DescribeTasks: [running, running, stopped(0)],
  });
  await runToEnd(task(client));
  assert.deepEqual(
    asked.map(({ operation }) => operation),
    ['RunTask', 'DescribeTasks', 'DescribeTasks', 'DescribeTasks'],
  );
  assert.deepEqual(asked[0]?.body.networkConfiguration, {
    awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' },
  });
});

for (const [what, answers, message] of [
  [
    'ends with a code',
    { RunTask: [started], DescribeTasks: [stopped(3)] },
    /database-setup ended with code 3: Essential container/,
  ],
  [
    'has no code, since it never started',
    { RunTask: [started], DescribeTasks: [stopped()] },
    /database-setup ended with no code/,
  ],
  [
    'is refused',
    { RunTask: [{ tasks: [], failures: [{ reason: 'RESOURCE:ENI' }] }] },
    /was not started: RESOURCE:ENI/,
  ],
] as const)
  test(`one that ${what} is an error that says so`, async (t) => {
    const { client } = await ecs(t, answers);
    await assert.rejects(runToEnd(task(client)), { code: 'TASK_FAILED', message });
  });

test('one that does not end is given up', async (t) => {
  const { client } = await ecs(t, { RunTask: [started], DescribeTasks: [running] });
  await assert.rejects(runToEnd({ ...task(client), withinSeconds: 0.05 }), /did not end within 0.05 s/);
});
