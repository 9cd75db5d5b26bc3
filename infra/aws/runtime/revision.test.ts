import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskDefinition } from '@aws-sdk/client-ecs';
import { logGroupOf, NOTHING, readRevision, revisionOf, versionOf } from './revision.ts';

const component = 'web-api';
const ARN = 'arn:aws:ecs:eu-central-1:123456789012:task-definition/storefront-web-api:1';

const BASE: TaskDefinition = {
  taskDefinitionArn: ARN,
  family: 'storefront-web-api',
  revision: 1,
  status: 'ACTIVE',
  registeredAt: new Date(0),
  compatibilities: ['EC2', 'FARGATE'],
  requiresAttributes: [{ name: 'com.amazonaws.ecs.capability.task-eni' }],
  networkMode: 'awsvpc',
  requiresCompatibilities: ['FARGATE'],
  cpu: '256',
  memory: '512',
  executionRoleArn: 'arn:aws:iam::123456789012:role/storefront-execution',
  taskRoleArn: 'arn:aws:iam::123456789012:role/storefront-service-task',
  runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
  containerDefinitions: [
    {
      name: 'log-router',
      image: 'log-router:1',
      memory: 64,
      logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/storefront/web-api' } },
    },
    {
      name: 'web-api',
      image: 'services:1',
      memory: 208,
      command: ['node', '--import', './dist/telemetry.cjs', './dist/web-api.cjs'],
      environment: [
        { name: 'SERVICE_VERSION', value: '1.8.0' },
        { name: 'NODE_OPTIONS', value: '--max-old-space-size=96' },
        { name: 'PORT', value: '8080' },
      ],
      secrets: [{ name: 'DATABASE_URL', valueFrom: 'arn:aws:secretsmanager:…:database' }],
      logConfiguration: { logDriver: 'awsfirelens' },
    },
  ],
};
const appOf = ({ containerDefinitions = [] }: Pick<TaskDefinition, 'containerDefinitions'>) =>
  containerDefinitions.find(({ name }) => name === component);
const envOf = (of: Pick<TaskDefinition, 'containerDefinitions'>) =>
  Object.fromEntries((appOf(of)?.environment ?? []).map(({ name, value }) => [name, value]));

test('a release: another version and another program, and all else as it was', () => {
  const overlay = { ...NOTHING, deployed: ['1.8.0', '1.8.2'] };
  const next = revisionOf({ base: BASE, component, overlay });
  const app = appOf(next);
  assert.equal(versionOf({ definition: next, component }), '1.8.2');
  assert.deepEqual(app?.command?.at(-1), './dist/web-api-1.8.2.cjs');
  const { taskDefinitionArn, revision, status, registeredAt, compatibilities, requiresAttributes, ...kept } =
    BASE;
  assert.deepEqual(
    JSON.parse(JSON.stringify({ ...next, containerDefinitions: [] })),
    JSON.parse(JSON.stringify({ ...kept, containerDefinitions: [] })),
  );
  assert.deepEqual(next.containerDefinitions?.[0], BASE.containerDefinitions?.[0]);
  const { command, environment, dockerLabels, ...rest } = app ?? {};
  const { command: _, environment: __, ...before } = appOf(BASE) ?? {};
  assert.deepEqual(rest, before);
});

test('a revision says what it was made of, and one of the stack is its own base', () => {
  assert.deepEqual(readRevision({ definition: BASE, component }), { base: ARN, overlay: NOTHING });
  const overlay = { deployed: ['1.8.0', '1.8.1'], env: { A: 'b' }, limits: { heapMiB: 64 } };
  const definition = revisionOf({ base: BASE, component, overlay }) as TaskDefinition;
  assert.deepEqual(readRevision({ definition, component }), { base: ARN, overlay });
});

test('variables: set, replaced, taken away, also one that was a secret', () => {
  const overlay = { ...NOTHING, env: { PORT: '9090', NEW: 'x', NODE_OPTIONS: '', DATABASE_URL: '' } };
  const next = revisionOf({ base: BASE, component, overlay });
  assert.deepEqual(envOf(next), { SERVICE_VERSION: '1.8.0', PORT: '9090', NEW: 'x' });
  assert.deepEqual(appOf(next)?.secrets, []);
});

test('limits: memory of the container, the heap, and the next size of the task', () => {
  const limited = (limits: object) => revisionOf({ base: BASE, component, overlay: { ...NOTHING, limits } });
  const smaller = limited({ memoryMiB: 160, heapMiB: 48 });
  assert.deepEqual([appOf(smaller)?.memory, smaller.memory], [160, '512']);
  assert.equal(envOf(smaller).NODE_OPTIONS, '--max-old-space-size=48');
  const larger = limited({ memoryMiB: 700 });
  assert.deepEqual([appOf(larger)?.memory, larger.memory], [700, '1024']);
  assert.throws(() => limited({ memoryMiB: 4096 }), {
    code: 'LIMIT_NOT_SUPPORTED',
    message: /a task of 256 processor units can have 2048 MiB/,
  });
  assert.throws(() => limited({ pids: 32 }), {
    code: 'LIMIT_NOT_SUPPORTED',
    message:
      /^limits of web-api on Fargate: pids must be as it is \(64\): Fargate has no such limit, got 32$/,
  });
});

test('the log group is that of the log router', () => {
  assert.equal(logGroupOf(BASE), '/storefront/web-api');
});
