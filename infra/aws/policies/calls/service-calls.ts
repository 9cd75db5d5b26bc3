import type { Arns, RoleName } from '../arns.ts';
import type { Request } from '../evaluate.ts';
import type { Call } from './call.ts';

const DOCS = 'https://docs.aws.amazon.com';
const EXECUTION = `${DOCS}/AmazonECS/latest/developerguide/task_execution_IAM_role.html` as const;
const POLLING = `${DOCS}/lambda/latest/dg/services-sqs-configure.html` as const;
const LOGGING = `${DOCS}/lambda/latest/dg/monitoring-cloudwatchlogs.html` as const;

interface Made {
  readonly role: RoleName;
  readonly api: string;
  readonly on: string;
  readonly known: Call['known'];
  readonly action: string;
  readonly resource: (at: Arns) => string | undefined;
  readonly context?: (at: Arns) => Request['context'];
}

const call = ({ role, api, on, known, action, resource, context }: Made): Call => ({
  ...{ role, api, on, known },
  requests: (at) => [{ action, resource: resource(at) ?? '*', context: context?.(at) ?? {} }],
});

/** Names of calls → calls on one and the same. */
const callsOf = (
  apis: readonly string[],
  { service, prefix, ...made }: Omit<Made, 'api' | 'action'> & Named,
): Call[] => apis.map((api) => call({ ...made, api: `${service} ${api}`, action: `${prefix}:${api}` }));

interface Named {
  /** As people call it, and as IAM does. */
  readonly service: string;
  readonly prefix: string;
}
const ECR = { service: 'ECR', prefix: 'ecr' };
const ECS = { service: 'ECS', prefix: 'ecs' };
const SQS = { service: 'SQS', prefix: 'sqs' };
const LOGS = { service: 'CloudWatch Logs', prefix: 'logs' };

const stream = ({ logGroups }: Arns): string => `${logGroups.replace('*', 'group')}:log-stream:stream`;
const inCluster = ({ cluster }: Arns) => ({ 'ecs:cluster': cluster });

/** What ECS does with the role of execution: no code of ours. */
const EXECUTION_CALLS: readonly Call[] = [
  ...callsOf(['GetAuthorizationToken'], {
    ...{ role: 'execution', ...ECR, on: 'the registry', known: EXECUTION, resource: () => '*' },
  }),
  ...callsOf(['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer'], {
    ...{ role: 'execution', ...ECR, on: 'images of the stack', known: EXECUTION },
    resource: ({ repositories }) => repositories[0],
  }),
  {
    ...{ role: 'execution', api: 'Secrets Manager GetSecretValue', on: 'secrets of the stack' },
    known: EXECUTION,
    requests: ({ secrets: [secret = ''], dataKey, region }) => [
      { action: 'secretsmanager:GetSecretValue', resource: secret },
      {
        ...{ action: 'kms:Decrypt', resource: dataKey },
        context: {
          'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
          'kms:EncryptionContext:SecretARN': secret,
        },
      },
    ],
  },
  ...callsOf(['CreateLogStream', 'PutLogEvents'], {
    ...{ role: 'execution', ...LOGS, on: 'log groups of the stack', known: EXECUTION, resource: stream },
  }),
];

/** What Lambda does with the role of the function, beside what the function itself does. */
const FUNCTION_CALLS: readonly Call[] = [
  ...callsOf(['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'], {
    ...{ role: 'converter-function', ...SQS, on: 'the queue of notifications', known: POLLING },
    resource: ({ converterQueue }) => converterQueue,
  }),
  ...callsOf(['CreateLogStream', 'PutLogEvents'], {
    ...{
      role: 'converter-function',
      ...LOGS,
      on: 'log groups of the stack',
      known: LOGGING,
      resource: stream,
    },
  }),
];

const CONTROL_CALLS: readonly Call[] = [
  ...callsOf(['DescribeServices', 'UpdateService'], {
    ...{ role: 'control-task', ...ECS, on: 'services of the stack', known: 'recorded', context: inCluster },
    resource: ({ services }) => services.replace('*', 'storefront-web-api'),
  }),
  ...callsOf(['DescribeTaskDefinition'], {
    ...{
      role: 'control-task',
      ...ECS,
      on: 'task definitions of the stack',
      known: 'recorded',
      resource: () => '*',
    },
  }),
  {
    ...{ role: 'control-task', api: 'ECS RegisterTaskDefinition', on: 'task definitions of the stack' },
    known: 'recorded',
    requests: ({ taskDefinitions, passRoles }) => [
      { action: 'ecs:RegisterTaskDefinition', resource: `${taskDefinitions.replace('*', 'web-api')}:2` },
      ...passRoles.map((resource) => ({
        ...{ action: 'iam:PassRole', resource },
        context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
      })),
    ],
  },
  ...callsOf(['ListTasks'], {
    ...{
      role: 'control-task',
      ...ECS,
      on: 'the cluster',
      known: 'recorded',
      context: inCluster,
      resource: () => '*',
    },
  }),
  ...callsOf(['DescribeTasks'], {
    ...{ role: 'control-task', ...ECS, on: 'tasks of the cluster', known: 'recorded', context: inCluster },
    resource: ({ cluster }) => `${cluster.replace(':cluster/', ':task/')}/0123456789abcdef`,
  }),
  ...callsOf(['ReceiveMessage'], {
    ...{ role: 'control-task', ...SQS, on: 'the queue of task events', known: 'recorded' },
    resource: ({ taskEventsQueue }) => taskEventsQueue,
  }),
  call({
    ...{
      role: 'control-task',
      api: 'SQS DeleteMessageBatch',
      on: 'the queue of task events',
      known: 'recorded',
    },
    ...{ action: 'sqs:DeleteMessage', resource: ({ taskEventsQueue }) => taskEventsQueue },
  }),
];

/** Calls of other services than S3. */
export const SERVICE_CALLS: readonly Call[] = [...EXECUTION_CALLS, ...FUNCTION_CALLS, ...CONTROL_CALLS];
