import type { Kind } from './documents.ts';

/** What may be allowed on every resource, or as a whole. */
export interface Exception {
  readonly kind: Kind;
  readonly action: string;
  readonly why: string;
}

/** The short list. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    kind: 'identity',
    action: 'ecr:GetAuthorizationToken',
    why: 'gives a token for the registry as a whole; IAM knows no resource for it',
  },
  {
    kind: 'identity',
    action: 'ecs:DescribeTaskDefinition',
    why: 'reads a task definition, which holds no secret; IAM knows no resource for it',
  },
  {
    kind: 'identity',
    action: 'ecs:ListTasks',
    why: 'its resource is a machine of a cluster, and Fargate has none; a condition names the cluster',
  },
  {
    kind: 'key',
    action: 'kms:*',
    why: 'to the account itself, in the policy of its own key: without it no IAM policy counts, and nobody could ever delete the key',
  },
];
