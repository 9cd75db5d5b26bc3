import type { Arns } from './arns.ts';
import type { Grant } from './document.ts';

const USES = {
  reads: { action: 'kms:Decrypt', why: 'decrypts what this role reads' },
  writes: { action: 'kms:GenerateDataKey', why: 'encrypts what this role puts' },
  'sends parts': { action: 'kms:Decrypt', why: 'reads the parts of a large object to make one of them' },
} as const;

/** What reading, writing or both of an encrypted bucket needs of its key: by S3 alone, and for this bucket alone. */
export function keyGrant({
  sid,
  at,
  bucket,
  use,
}: {
  sid: string;
  at: Arns;
  bucket: string;
  use: readonly (keyof typeof USES)[];
}): Grant {
  return {
    sid,
    why: `S3 ${use.map((one) => USES[one].why).join(', and ')}`,
    actions: [...new Set(use.map((one) => USES[one].action))].sort(),
    resources: [at.dataKey],
    condition: {
      StringEquals: { 'kms:ViaService': [`s3.${at.region}.amazonaws.com`] },
      // With a bucket key the context is the bucket, without one it is the object.
      StringLike: { 'kms:EncryptionContext:aws:s3:arn': [bucket, `${bucket}/*`] },
    },
  };
}

/** Lines of a container or a function into its log group, which is there already. */
export const logsGrant = ({ logGroups }: Arns): Grant => ({
  sid: 'WriteLogs',
  why: 'its own log lines; the groups are made by the stack, so that nobody here makes one without retention',
  actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  resources: [`${logGroups}:log-stream:*`],
});
