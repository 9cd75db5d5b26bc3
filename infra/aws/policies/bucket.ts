import type { Arns } from './arns.ts';
import { documentOf, type PolicyDocument, type Statement } from './document.ts';

/**
 * What nobody may do to a bucket, whatever else allows it. Objects are encrypted with the key of the stack by the bucket's own
 * default; who says something about encryption must say that.
 */
export const bucketPolicy = (bucket: string, { dataKey }: Pick<Arns, 'dataKey'>): PolicyDocument =>
  documentOf([
    {
      ...everybody('TlsOnly', ['s3:*'], [bucket, `${bucket}/*`]),
      Condition: { Bool: { 'aws:SecureTransport': ['false'] } },
    },
    {
      ...everybody('NoOldTls', ['s3:*'], [bucket, `${bucket}/*`]),
      Condition: { NumericLessThan: { 's3:TlsVersion': ['1.2'] } },
    },
    {
      ...everybody('NoOtherEncryption', ['s3:PutObject'], [`${bucket}/*`]),
      Condition: unlessSaid('s3:x-amz-server-side-encryption', 'aws:kms'),
    },
    {
      ...everybody('NoOtherKey', ['s3:PutObject'], [`${bucket}/*`]),
      Condition: unlessSaid('s3:x-amz-server-side-encryption-aws-kms-key-id', dataKey),
    },
  ]);

const everybody = (Sid: string, Action: readonly string[], Resource: readonly string[]): Statement => ({
  ...{ Sid, Effect: 'Deny', Principal: '*', Action, Resource },
});

/** A negated operator also holds where the request says nothing: hence the second one. */
const unlessSaid = (key: string, value: string) => ({
  StringNotEquals: { [key]: [value] },
  Null: { [key]: ['false'] },
});
