import type { Arns, RoleName } from './arns.ts';
import { documentOf, type PolicyDocument } from './document.ts';

/**
 * Who may take on a role: the service that runs it, for this account alone (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
 * ECS says for which of its resources it asks; of Lambda only the account is documented.
 */
export function trustOf(
  role: RoleName,
  { accountId, region, partition }: Pick<Arns, 'accountId' | 'region' | 'partition'>,
): PolicyDocument {
  const isFunction = role === 'converter-function';
  return documentOf([
    {
      Sid: 'RunsIt',
      Effect: 'Allow',
      Principal: { Service: isFunction ? 'lambda.amazonaws.com' : 'ecs-tasks.amazonaws.com' },
      Action: ['sts:AssumeRole'],
      Condition: {
        StringEquals: { 'aws:SourceAccount': [accountId] },
        ...(!isFunction && {
          ArnLike: { 'aws:SourceArn': [`arn:${partition}:ecs:${region}:${accountId}:*`] },
        }),
      },
    },
  ]);
}
