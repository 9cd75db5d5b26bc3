import type { Arns } from '../arns.ts';
import type { Request } from '../evaluate.ts';

/** A request to an AWS API that speaks JSON: `AmazonSQS.ReceiveMessage`, and what is asked. */
export interface JsonCall {
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** `ECS UpdateService`, as in the table of calls. */
export const nameOf = ({ target }: JsonCall): string => {
  const [api = '', operation = ''] = target.split('.');
  return `${api.startsWith('AmazonEC2ContainerService') ? 'ECS' : api.replace('Amazon', '')} ${operation}`;
};

type Ask = (body: JsonCall['body'], at: Arns) => readonly Request[];

/** Of the cluster that a request names: in its context, and in the ARNs of what belongs to it. */
const inCluster = ({ cluster }: Arns) => ({ 'ecs:cluster': cluster });
const clusterPart = ({ cluster }: Arns, what: string): string => cluster.replace(':cluster/', `:${what}/`);
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** The queue of a URL: its name is the last part. */
const queueOf = ({ QueueUrl }: JsonCall['body'], at: Arns): string =>
  at.taskEventsQueue.replace(/[^:]+$/, String(QueueUrl).split('/').at(-1) ?? '');

/** What IAM is asked (https://docs.aws.amazon.com/service-authorization/latest/reference/list_ecs.html, list_sqs.html). */
const ASKS: Readonly<Record<string, Ask>> = {
  'ECS DescribeServices': ({ services }, at) =>
    textsOf(services).map((name) => ({
      ...{ action: 'ecs:DescribeServices', resource: `${clusterPart(at, 'service')}/${name}` },
      context: inCluster(at),
    })),
  'ECS UpdateService': ({ service }, at) => [
    {
      ...{ action: 'ecs:UpdateService', resource: `${clusterPart(at, 'service')}/${service}` },
      context: inCluster(at),
    },
  ],
  'ECS DescribeTaskDefinition': () => [{ action: 'ecs:DescribeTaskDefinition', resource: '*' }],
  'ECS RegisterTaskDefinition': ({ family, taskRoleArn, executionRoleArn }, at) => [
    {
      action: 'ecs:RegisterTaskDefinition',
      resource: `${clusterPart(at, 'task-definition').replace(/\/[^/]*$/, '')}/${family}:1`,
    },
    ...[taskRoleArn, executionRoleArn].flatMap((role) =>
      role === undefined
        ? []
        : [
            {
              ...{ action: 'iam:PassRole', resource: String(role) },
              context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
            },
          ],
    ),
  ],
  'ECS ListTasks': (_, at) => [{ action: 'ecs:ListTasks', resource: '*', context: inCluster(at) }],
  'ECS DescribeTasks': ({ tasks }, at) =>
    textsOf(tasks).map((task) => ({
      ...{ action: 'ecs:DescribeTasks', resource: `${clusterPart(at, 'task')}/${task.split('/').at(-1)}` },
      context: inCluster(at),
    })),
  'SQS ReceiveMessage': (body, at) => [{ action: 'sqs:ReceiveMessage', resource: queueOf(body, at) }],
  'SQS DeleteMessageBatch': (body, at) => [{ action: 'sqs:DeleteMessage', resource: queueOf(body, at) }],
};

/** @throws RangeError for a call that is not known here */
export function jsonRequestsOf(call: JsonCall, at: Arns): readonly Request[] {
  const ask = ASKS[nameOf(call)];
  if (!ask) throw new RangeError(`${call.target} is no call that is known here`);
  return ask(call.body, at);
}
