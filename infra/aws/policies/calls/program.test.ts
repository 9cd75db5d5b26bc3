import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { MockedResource } from '../../../testing/mocked-program.ts';
import { ACCOUNT, mockedAwsStack, REGION } from '../../testing/mocked-stack.ts';
import { documentsOf } from '../../walker/documents.ts';
import { decide, type Request } from '../evaluate.ts';
import { type Arns, ROLE_NAMES, type RoleName } from '../index.ts';
import { CALLS } from './table.ts';

let resources: readonly MockedResource[];
before(async () => {
  ({ resources } = await mockedAwsStack());
});

const of = (kind: string) => resources.filter(({ type }) => type.endsWith(`:${kind}`));
const named = (kind: string, name: string) => of(kind).find((one) => one.name === `storefront-${name}`);
const here = (service: string, what: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${what}`;
const bucketOf = (name: string) => `arn:aws:s3:::${named('Bucket', name)?.inputs.bucket}`;

/** Whether the policies of the program itself allow it. */
function may(role: RoleName, request: Request): boolean {
  const policies = [named('RolePolicy', role), ...of('BucketPolicy')].flatMap((policy) =>
    policy ? documentsOf(policy).flatMap(({ document }) => document ?? []) : [],
  );
  return decide(policies, request).allowed;
}

/** What AWS calls the resources of the program. */
const arns = (): Arns => ({
  ...{ accountId: ACCOUNT, region: REGION, partition: 'aws' },
  ...{ rawBucket: bucketOf('raw'), datasetsBucket: bucketOf('datasets') },
  dataKey: here('kms', 'key/storefront-data'),
  secrets: of('Secret').map(({ inputs }) => here('secretsmanager', `secret:${inputs.name}-AbCdEf`)),
  cluster: here('ecs', `cluster/${of('Cluster')[0]?.inputs.name}`),
  services: here('ecs', 'service/storefront/*'),
  taskDefinitions: here('ecs', 'task-definition/storefront-*'),
  converterQueue: here('sqs', `${named('Queue', 'converter')?.inputs.name}`),
  deadQueue: here('sqs', `${named('Queue', 'converter-dead')?.inputs.name}`),
  taskEventsQueue: here('sqs', `${named('Queue', 'task-events')?.inputs.name}`),
  logGroups: here('logs', 'log-group:/storefront/*'),
  repositories: of('Repository').map(({ inputs }) => here('ecr', `repository/${inputs.name}`)),
  passRoles: ['execution', 'service-task', 'collector-task'].map(
    (role) => `arn:aws:iam::${ACCOUNT}:role/storefront-${role}`,
  ),
});

test('the policies of the program allow every call of the table, on the names that the program gives', () => {
  const at = arns();
  for (const role of ROLE_NAMES)
    for (const { api, on, requests } of CALLS.filter((call) => call.role === role))
      for (const request of requests(at))
        assert.ok(may(role, request), `${role}: ${api} ${on}: ${request.action} on ${request.resource}`);
});

interface Container {
  readonly name: string;
  readonly image: string;
  readonly secrets?: readonly { readonly valueFrom: string }[];
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
}

test('ECS may fetch every image and secret that a task names, and write to its log group', () => {
  let asked = 0;
  const need = (action: string, resource: string) => {
    asked += 1;
    assert.ok(may('execution', { action, resource }), `${action} on ${resource}`);
  };
  for (const { inputs } of of('TaskDefinition'))
    for (const container of JSON.parse(String(inputs.containerDefinitions)) as Container[]) {
      const [, repository] = /amazonaws\.com\/([^@:]+)/.exec(container.image) ?? [];
      need('ecr:BatchGetImage', here('ecr', `repository/${repository}`));
      // arn:aws:secretsmanager:region:account:secret:name, and behind it key, stage and version
      for (const { valueFrom } of container.secrets ?? [])
        need('secretsmanager:GetSecretValue', valueFrom.split(':').slice(0, 7).join(':'));
      const group = container.logConfiguration.options['awslogs-group'];
      if (group !== undefined)
        need('logs:CreateLogStream', here('logs', `log-group:${group}:log-stream:task/x/1`));
    }
  assert.ok(asked > 30, `${asked} were asked for`);
});

test('control may pass on the roles of every service that it changes, and no others', () => {
  const pass = (resource: string) =>
    may('control-task', {
      ...{ action: 'iam:PassRole', resource },
      context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    });
  const services = of('Service').filter(({ type }) => type === 'aws:ecs/service:Service');
  assert.ok(services.length > 5);
  for (const { name } of services) {
    if (name === 'storefront-control') continue;
    const task = of('TaskDefinition').find((one) => one.name === name);
    for (const role of [task?.inputs.taskRoleArn, task?.inputs.executionRoleArn])
      assert.ok(pass(String(role)), `${name}: ${role}`);
  }
  for (const role of ['seal-task', 'control-task', 'load-task', 'converter-function'])
    assert.equal(pass(`arn:aws:iam::${ACCOUNT}:role/storefront-${role}`), false, role);
});
