import { EXAMPLE } from '../../policies/example.ts';
import { bucketPolicy } from '../../policies/index.ts';
import { KEY } from './good.test-world.ts';
import type { Seeds } from './seed.test-world.ts';

/** The good policy without one of its statements. */
function without(sid: string): { policy: string } {
  const policy = bucketPolicy(EXAMPLE.rawBucket, EXAMPLE);
  return {
    policy: JSON.stringify({ ...policy, Statement: policy.Statement.filter(({ Sid }) => Sid !== sid) }),
  };
}

const encryption = (rule: object) => ({ rules: [rule] });

export const BUCKET_SEEDS: Seeds = {
  'a bucket without block of public access': {
    kind: 'BucketPublicAccessBlock',
    finds: ['bucket-private: has no blockPublicAcls, blockPublicPolicy'],
  },
  'a block that is off': {
    kind: 'BucketPublicAccessBlock',
    inputs: { restrictPublicBuckets: false },
    finds: ['bucket-private: has no restrictPublicBuckets'],
  },
  'a block of another bucket': {
    kind: 'BucketPublicAccessBlock',
    inputs: { bucket: 'other-id' },
    finds: ['bucket-private'],
  },
  'a bucket without policy': {
    kind: 'BucketPolicy',
    finds: [
      'bucket-tls',
      'bucket-encrypted: its policy allows to put with another encryption',
      'another key',
    ],
  },
  'a bucket by plain HTTP': { kind: 'BucketPolicy', inputs: without('TlsOnly'), finds: ['bucket-tls'] },
  'a bucket that takes another encryption': {
    kind: 'BucketPolicy',
    inputs: without('NoOtherEncryption'),
    finds: ['bucket-encrypted: its policy allows to put with another encryption'],
  },
  'a bucket that takes another key': {
    kind: 'BucketPolicy',
    inputs: without('NoOtherKey'),
    finds: ['bucket-encrypted: its policy allows to put with another key'],
  },
  'a bucket without encryption of its own': {
    kind: 'BucketServerSideEncryptionConfiguration',
    finds: ['bucket-encrypted: does not encrypt with a KMS key'],
  },
  'a bucket under the key of S3': {
    kind: 'BucketServerSideEncryptionConfiguration',
    inputs: encryption({ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }),
    finds: ['bucket-encrypted: does not encrypt with a KMS key'],
  },
  'a call of KMS for every object': {
    kind: 'BucketServerSideEncryptionConfiguration',
    inputs: encryption({
      applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: KEY },
    }),
    finds: ['bucket-encrypted: asks KMS for every object'],
  },
  'no versions of raw': { kind: 'BucketVersioning', finds: ['bucket-versioned'] },
  'versions suspended': {
    kind: 'BucketVersioning',
    inputs: { versioningConfiguration: { status: 'Suspended' } },
    finds: ['bucket-versioned'],
  },
  'no rules of life': {
    kind: 'BucketLifecycleConfiguration',
    finds: ['bucket-lifecycle: keeps parts', 'bucket-lifecycle: keeps old versions'],
  },
  'rules of life that are off': {
    kind: 'BucketLifecycleConfiguration',
    inputs: {
      rules: [{ status: 'Disabled', abortIncompleteMultipartUpload: {}, noncurrentVersionExpiration: {} }],
    },
    finds: ['bucket-lifecycle: keeps parts', 'bucket-lifecycle: keeps old versions'],
  },
  'an access control list': {
    kind: 'BucketPublicAccessBlock',
    also: { type: 'aws:s3/bucketAcl:BucketAcl' },
    finds: ['bucket-acl', 'bucket-private'],
  },
};
