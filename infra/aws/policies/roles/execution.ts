import type { Arns } from '../arns.ts';
import type { Grant } from '../document.ts';
import { logsGrant } from '../grants.ts';

/** What ECS itself does before a container starts; no container has these credentials. */
export const executionGrants = (at: Arns): Grant[] => [
  {
    sid: 'LogInToRegistry',
    why: 'a token for the registry as a whole: this action knows no resource',
    actions: ['ecr:GetAuthorizationToken'],
    resources: ['*'],
  },
  {
    sid: 'PullImages',
    why: 'images of the stack',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: at.repositories,
  },
  {
    sid: 'ReadSecrets',
    why: 'passwords and tokens, which reach a container as variables',
    actions: ['secretsmanager:GetSecretValue'],
    resources: at.secrets,
  },
  {
    sid: 'DecryptSecrets',
    why: 'the secrets are encrypted with the key of the stack',
    actions: ['kms:Decrypt'],
    resources: [at.dataKey],
    condition: {
      StringEquals: { 'kms:ViaService': [`secretsmanager.${at.region}.amazonaws.com`] },
      ArnLike: { 'kms:EncryptionContext:SecretARN': at.secrets },
    },
  },
  logsGrant(at),
];
