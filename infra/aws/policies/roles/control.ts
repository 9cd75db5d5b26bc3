import type { Arns } from '../arns.ts';
import type { Grant } from '../document.ts';

/** Carries out changes of services, and hears of what becomes of tasks. It starts no task, and reads no secret. */
export const controlGrants = (at: Arns): Grant[] => [
  {
    sid: 'ChangeServices',
    why: 'deploy, rollback, restart and scale are updates of a service',
    actions: ['ecs:DescribeServices', 'ecs:UpdateService'],
    resources: [at.services],
    condition: inCluster(at),
  },
  {
    sid: 'MakeRevisions',
    why: 'another release, variable or limit is a revision of the task definition of a service',
    actions: ['ecs:RegisterTaskDefinition'],
    resources: [`${at.taskDefinitions}:*`],
  },
  {
    sid: 'ReadRevisions',
    why: 'what a service runs now, from which the next revision is made: this action knows no resource',
    actions: ['ecs:DescribeTaskDefinition'],
    resources: ['*'],
  },
  {
    sid: 'PassTaskRoles',
    why: 'a revision names the roles of its tasks',
    actions: ['iam:PassRole'],
    resources: at.passRoles,
    condition: { StringEquals: { 'iam:PassedToService': ['ecs-tasks.amazonaws.com'] } },
  },
  {
    sid: 'ReadTasks',
    why: 'what runs when control itself starts, whether replicas are healthy, and why a task has ended',
    actions: ['ecs:DescribeTasks'],
    resources: [tasksOf(at)],
    condition: inCluster(at),
  },
  {
    sid: 'ListTasks',
    why: 'which tasks there are; its resource would be a machine of the cluster, and Fargate has none',
    actions: ['ecs:ListTasks'],
    resources: ['*'],
    condition: inCluster(at),
  },
  {
    sid: 'TakeTaskEvents',
    why: 'state changes of tasks, from which process events are made',
    actions: ['sqs:DeleteMessage', 'sqs:ReceiveMessage'],
    resources: [at.taskEventsQueue],
  },
];

const inCluster = ({ cluster }: Arns) => ({ ArnEquals: { 'ecs:cluster': [cluster] } });

/** Tasks have no names; their ARNs begin with that of the cluster. */
const tasksOf = ({ cluster }: Arns): string => `${cluster.replace(':cluster/', ':task/')}/*`;
