import type { Arns } from '../arns.ts';
import { bucketPolicy } from '../bucket.ts';
import type { PolicyDocument } from '../document.ts';
import type { Request } from '../evaluate.ts';
import { S3_APIS, type S3Call } from './s3-call.ts';

/** What every request of ours says of its connection. */
const TLS = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.2' };

/** What must be allowed for a call of S3: the call itself, and what S3 then does with the key of the bucket. */
export function requestsOf({ api, bucket, key, prefix, isMissing }: S3Call, at: Arns): readonly Request[] {
  const arn = bucketArn(bucket, at);
  const { action, key: ofKey } = S3_APIS[api];
  const context = { ...TLS, ...(prefix !== undefined && { 's3:prefix': prefix }) };
  return [
    { action, resource: key === '' ? arn : `${arn}/${key}`, context },
    ...(isMissing ? [{ action: 's3:ListBucket', resource: arn, context: TLS }] : []),
    ...(isMissing ? [] : ofKey).map((needed) => ({
      action: needed,
      resource: at.dataKey,
      // The buckets have a bucket key: what is encrypted is said to be of the bucket.
      context: {
        'kms:ViaService': `s3.${at.region}.amazonaws.com`,
        'kms:EncryptionContext:aws:s3:arn': arn,
      },
    })),
  ];
}

/** Policies of the buckets. */
export const bucketPolicies = (at: Arns): readonly PolicyDocument[] =>
  [at.rawBucket, at.datasetsBucket].map((bucket) => bucketPolicy(bucket, at));

const bucketArn = (bucket: string, { partition }: Pick<Arns, 'partition'>): string =>
  `arn:${partition}:s3:::${bucket}`;
