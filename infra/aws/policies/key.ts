import type { Arns } from './arns.ts';
import { documentOf, type PolicyDocument } from './document.ts';

/** In a key's own policy `*` is this key. */
const THIS_KEY = ['*'];

/**
 * The key of the stack. Its account decides by IAM who uses it, which is how services of the account that hold grants on it (RDS,
 * ElastiCache, Secrets Manager, ECR) come to it too; CloudWatch Logs asks for itself
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html), for the groups of the stack alone.
 */
export const keyPolicy = ({
  accountId,
  region,
  partition,
  logGroups,
}: Pick<Arns, 'accountId' | 'region' | 'partition' | 'logGroups'>): PolicyDocument =>
  documentOf([
    {
      Sid: 'AccountByIam',
      Effect: 'Allow',
      Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
      Action: ['kms:*'],
      Resource: THIS_KEY,
    },
    {
      Sid: 'LogService',
      Effect: 'Allow',
      Principal: { Service: `logs.${region}.amazonaws.com` },
      Action: [
        'kms:Decrypt',
        'kms:DescribeKey',
        'kms:Encrypt',
        'kms:GenerateDataKey',
        'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom',
        'kms:ReEncryptTo',
      ],
      Resource: THIS_KEY,
      Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': [logGroups] } },
    },
  ]);
