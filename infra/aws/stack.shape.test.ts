import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import type { ComponentName } from '../topology/component.ts';
import { componentOf, topologyOf } from '../topology.ts';
import { componentsInTasks } from './components.ts';
import { addressAt, readAwsOptions } from './runtime/options.ts';
import { ACCOUNT, mockedAwsStack, REGION } from './testing/mocked-stack.ts';
import { containersIn, ofType, resolvedSecrets, stackSecrets, taskDefinitions } from './testing/tasks.ts';

const stack = await mockedAwsStack({ replicas: { 'payment-worker': 3 } });
const { resources, outputs } = stack;
const services = ofType(stack, 'ecs/service:Service');
const behindPrefix = (name: unknown) => String(name).replace(/^storefront-/, '');

test('every component of the topology is there once', () => {
  const inTasks = componentsInTasks().map(({ name }) => name);
  const tasks = taskDefinitions(stack).map(({ inputs }) => behindPrefix(inputs.family));
  assert.deepEqual(tasks.sort(), [...inTasks, 'control', 'load', 'seal'].sort());
  const lasting = inTasks.filter((name) => componentOf(name).role !== 'task');
  assert.deepEqual(
    services.map(({ inputs }) => behindPrefix(inputs.name)).sort(),
    [...lasting, 'control'].sort(),
  );
  const managed = [
    ...ofType(stack, 'rds/instance:Instance').map(({ inputs }) => inputs.identifier),
    ...ofType(stack, 'elasticache/replicationGroup:ReplicationGroup').map(
      ({ inputs }) => inputs.replicationGroupId,
    ),
  ].map(behindPrefix);
  const stores = topologyOf('aws').filter(({ name, role }) => role === 'store' && name !== 's3');
  assert.deepEqual(managed.sort(), stores.map(({ name }) => name).sort());
  assert.deepEqual(
    ofType(stack, 's3/bucket:Bucket').map(({ inputs }) => inputs.bucket),
    [`storefront-raw-${ACCOUNT}-${REGION}`, `storefront-datasets-${ACCOUNT}-${REGION}`],
  );
});

test('a service has as many tasks as it has replicas', () => {
  for (const { inputs } of services)
    assert.equal(
      inputs.desiredCount,
      inputs.name === 'storefront-payment-worker' ? 3 : 1,
      String(inputs.name),
    );
});

/** What a component's readiness is known by. */
function resourceOf(name: ComponentName): string {
  if (name === 'postgres') return 'aws:rds/instance:Instance storefront-postgres';
  if (componentOf(name).role === 'store')
    return `aws:elasticache/replicationGroup:ReplicationGroup storefront-${name}`;
  const kind = componentOf(name).role === 'task' ? 'taskDefinition:TaskDefinition' : 'service:Service';
  return `aws:ecs/${kind} storefront-${name}`;
}

test('a component is started after all that it needs', () => {
  for (const { name, needs, role } of componentsInTasks()) {
    if (role === 'task') continue; // a task is no resource: what needs it waits for its end
    const after = services.find(({ inputs }) => inputs.name === `storefront-${name}`)?.after ?? [];
    for (const need of needs.filter((one) => one !== 's3'))
      assert.ok(after.includes(resourceOf(need)), `${name} needs ${need}`);
    for (const way of [
      'ec2/vpcEndpoint:VpcEndpoint storefront-ecr.dkr',
      'iam/rolePolicy:RolePolicy storefront-execution',
    ])
      assert.ok(
        [
          ...after,
          ...(taskDefinitions(stack).find((task) => task.name === `storefront-${name}`)?.after ?? []),
        ].includes(`aws:${way}`),
        `${name} after ${way}`,
      );
  }
});

test('what writes to the buckets comes after all that is set on them, and so goes before', () => {
  const set = resources.filter(({ type }) =>
    /^aws:s3\/bucket(Policy|PublicAccessBlock|OwnershipControls|ServerSideEncryptionConfiguration|Versioning)?:/.test(
      type,
    ),
  );
  assert.equal(set.length, 11);
  const writers = [...services, ...ofType(stack, 'lambda/eventSourceMapping:EventSourceMapping')];
  for (const { name, type } of set)
    for (const writer of writers)
      if (writer.name !== 'storefront-control')
        assert.ok(writer.after.includes(`${type} ${name}`), writer.name);
});

test('control comes after all that it looks at', () => {
  const control = services.find(({ inputs }) => inputs.name === 'storefront-control');
  for (const { type, name } of services)
    if (name !== 'storefront-control') assert.ok(control?.after.includes(`${type} ${name}`), name);
});

test('a name in the private domain is that of the component, and its addresses are those of the tasks', () => {
  const names = ofType(stack, 'servicediscovery/service:Service').map(({ inputs }) => inputs.name);
  const lasting = componentsInTasks().filter(({ role }) => role !== 'task');
  assert.deepEqual(names.sort(), [...lasting.map(({ name }) => name), 'control'].sort());
  const [namespace] = ofType(stack, 'cloudformation/stack:Stack');
  const template = JSON.parse(String(namespace?.inputs.templateBody));
  assert.equal(template.Resources.Names.Properties.Name, 'storefront.internal');
  assert.equal(template.Resources.Names.Properties.Properties.DnsProperties.SOA.TTL, 5);
});

test('secrets are in Secrets Manager and in the two places that take no reference, secret in the state, and nowhere else', async () => {
  const secrets = Object.values(stackSecrets(stack));
  const holds = (value: unknown) => secrets.some((secret) => JSON.stringify(value ?? '').includes(secret));
  const places = new Set<string>();
  for (const { type, name, inputs, secret } of resources)
    for (const [key, value] of Object.entries(inputs)) {
      if (!holds(value)) continue;
      assert.ok(secret.includes(key), `${key} of ${name}`);
      places.add(`${type} ${key}`);
    }
  assert.deepEqual([...places].sort(), [
    'aws:elasticache/replicationGroup:ReplicationGroup authToken',
    'aws:rds/instance:Instance password',
    'aws:secretsmanager/secretVersion:SecretVersion secretString',
  ]);
  for (const [name, output] of Object.entries(outputs)) {
    const value = await new Promise((resolve) => pulumi.output(output).apply(resolve));
    assert.ok(!holds(value), name);
  }
});

test('nothing that the stack can see of itself tells what it is for', () => {
  for (const { name } of componentsInTasks())
    assert.doesNotMatch(JSON.stringify(containersIn(stack, name)), /faultline|fault|inject|chaos/i, name);
});

test('each image is pushed to a registry of the stack that scans it, and taken by its digest', () => {
  const repositories = ofType(stack, 'ecr/repository:Repository');
  assert.equal(repositories.length, 5);
  for (const { inputs } of repositories) {
    assert.equal(inputs.imageTagMutability, 'IMMUTABLE');
    assert.deepEqual(inputs.imageScanningConfiguration, { scanOnPush: true });
  }
  for (const { inputs } of taskDefinitions(stack))
    for (const { image } of containersIn(stack, behindPrefix(inputs.family)))
      assert.match(
        image,
        new RegExp(`^${ACCOUNT}\\.dkr\\.ecr\\.${REGION}\\.amazonaws\\.com/storefront-[a-z-]+@sha256:`),
      );
});

test('what is observed has a log router beside it, and the rest has none', () => {
  for (const { name, role } of componentsInTasks()) {
    const containers = containersIn(stack, name).map((container) => container.name);
    const observed = role === 'service' || role === 'task';
    assert.deepEqual(containers, observed ? [name, 'log-router'] : [name]);
  }
});

test('raw objects go by a queue to the function, and what fails five times is put aside', () => {
  const [notification] = ofType(stack, 's3/bucketNotification:BucketNotification');
  const queue = `arn:aws:sqs:${REGION}:${ACCOUNT}:storefront-converter`;
  assert.deepEqual(notification?.inputs.queues, [
    { queueArn: queue, events: ['s3:ObjectCreated:*'], filterPrefix: 'raw/' },
  ]);
  assert.ok(notification?.after.includes('aws:sqs/queuePolicy:QueuePolicy storefront-converter'));
  const source = ofType(stack, 'sqs/queue:Queue').find(
    ({ inputs }) => inputs.name === 'storefront-converter',
  );
  assert.deepEqual(JSON.parse(String(source?.inputs.redrivePolicy)), {
    deadLetterTargetArn: `${queue}-dead`,
    maxReceiveCount: 5,
  });
  const [convert] = ofType(stack, 'lambda/function:Function');
  const [mapping] = ofType(stack, 'lambda/eventSourceMapping:EventSourceMapping');
  assert.deepEqual(
    [mapping?.inputs.eventSourceArn, mapping?.inputs.functionName],
    [queue, convert?.inputs.name],
  );
  assert.deepEqual(mapping?.inputs.functionResponseTypes, ['ReportBatchItemFailures']);
  assert.deepEqual([convert?.inputs.memorySize, convert?.inputs.timeout], [1769, 60]);
  assert.equal(source?.inputs.visibilityTimeoutSeconds, 6 * 60 + 1);
  assert.deepEqual(convert?.inputs.environment, {
    variables: { FAULTLINE_RAW: `s3://storefront-raw-${ACCOUNT}-${REGION}` },
  });
});

test('control, load and seal are told where everything is', () => {
  const told = Object.fromEntries(
    (['control', 'load', 'seal'] as const).map((name) => {
      const [container] = containersIn(stack, name);
      return [name, container?.secrets.map((secret) => secret.name)];
    }),
  );
  assert.deepEqual(told, {
    control: ['FAULTLINE_CONTROL_TOKEN', 'FAULTLINE_METRICS_TOKEN', 'FAULTLINE_OPERATOR_TOKEN'],
    load: ['FAULTLINE_CONTROL_TOKEN', 'FAULTLINE_METRICS_TOKEN'],
    seal: [],
  });
  const environment = containersIn(stack, 'load')[0]?.environment ?? [];
  const value = (name: string) => environment.find((variable) => variable.name === name)?.value;
  assert.equal(value('FAULTLINE_CONTROL_URL'), 'http://control.storefront.internal:8089');
  assert.match(value('FAULTLINE_WEB_API_URL') ?? '', /^http:\/\/storefront-web-api\./);
  assert.match(value('TASK_EVENTS_QUEUE_URL') ?? '', /storefront-task-events$/);
});

test('a segment of the load that is stopped has the time that ECS gives at most to end in order', () => {
  assert.equal(containersIn(stack, 'load')[0]?.stopTimeout, 120);
  assert.equal(containersIn(stack, 'control')[0]?.stopTimeout, 30);
});

test('control is given what it is started with', () => {
  const [container] = containersIn(stack, 'control');
  assert.ok(container);
  const all = [...container.environment, ...resolvedSecrets(stack, container)];
  const env = Object.fromEntries(all.map(({ name, value }) => [name, value]));
  const { prefix, secrets, addresses } = readAwsOptions(env);
  assert.deepEqual([prefix, secrets.controlToken], ['storefront', stackSecrets(stack).controlToken]);
  assert.equal(addresses?.operator?.first?.host, 'operator.storefront.internal');
  const { port } = addressAt(env.FAULTLINE_CONTROL_URL);
  assert.deepEqual(container.portMappings, [{ containerPort: port, protocol: 'tcp' }]);
});

test('environment, limits and release of one service make another task of it, and of no other', async () => {
  const changed = await mockedAwsStack({
    replicas: { 'payment-worker': 3 },
    env: { 'web-api': { DB_POOL_SIZE: '2', NODE_ENV: '' } },
    limits: { 'web-api': { memoryMiB: 399 } },
  });
  for (const { name } of componentsInTasks()) {
    const [before, after] = [containersIn(stack, name)[0], containersIn(changed, name)[0]];
    if (name !== 'web-api') assert.deepEqual(after, before, name);
  }
  const [before, after] = [containersIn(stack, 'web-api')[0], containersIn(changed, 'web-api')[0]];
  assert.equal(after?.memory, 399);
  const kept = before?.environment.filter((variable) => variable.name !== 'NODE_ENV') ?? [];
  assert.deepEqual(
    after?.environment,
    [...kept, { name: 'DB_POOL_SIZE', value: '2' }].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
});
