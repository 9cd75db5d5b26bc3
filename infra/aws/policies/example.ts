import type { Arns } from './arns.ts';

const ACCOUNT = '123456789012';
const REGION = 'us-east-1';
const of = (service: string, what: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${what}`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/storefront-${name}`;

/** A stack of an account that nobody has. */
export const EXAMPLE: Arns = {
  accountId: ACCOUNT,
  region: REGION,
  partition: 'aws',
  rawBucket: 'arn:aws:s3:::raw',
  datasetsBucket: 'arn:aws:s3:::datasets',
  dataKey: of('kms', 'key/data'),
  secrets: [of('secretsmanager', 'secret:storefront/metrics-token-AbCdEf')],
  cluster: of('ecs', 'cluster/storefront'),
  services: of('ecs', 'service/storefront/*'),
  taskDefinitions: of('ecs', 'task-definition/storefront-*'),
  converterQueue: of('sqs', 'storefront-converter'),
  deadQueue: of('sqs', 'storefront-converter-dead'),
  taskEventsQueue: of('sqs', 'storefront-task-events'),
  logGroups: of('logs', 'log-group:/storefront/*'),
  repositories: [of('ecr', 'repository/storefront-services')],
  passRoles: [role('execution'), role('service-task'), role('collector-task')],
};
