import { decide } from '../policies/evaluate.ts';
import { documentsOf } from './documents.ts';
import { at, belongingTo, listOf, type Resource, type Rule, unless, type Walk } from './resource.ts';

const types = ['aws:s3/bucket:Bucket'];

const BLOCKS = ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'];

/** What a resource of its own says of a bucket. */
const said = (walk: Walk, bucket: Resource, kind: string): readonly Resource[] =>
  belongingTo(walk, `aws:s3/b${kind.slice(1)}:${kind}`, 'bucket', bucket);

const SSE = 's3:x-amz-server-side-encryption';
/** Requests that the policy of a bucket must deny to everybody. */
const TLS = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
const DENIED = {
  plain: { 'aws:SecureTransport': 'false' },
  unencrypted: { ...TLS, [SSE]: 'AES256' },
  otherKey: { ...TLS, [SSE]: 'aws:kms', [`${SSE}-aws-kms-key-id`]: 'arn:aws:kms:us-east-1:0:key/other' },
};

/** Whether a bucket's policy denies a request to read or list (for a put: to put) with this context. */
function denies(walk: Walk, bucket: Resource, kind: keyof typeof DENIED): boolean {
  const documents = said(walk, bucket, 'BucketPolicy').flatMap((policy) =>
    documentsOf(policy).flatMap(({ document }) => document ?? []),
  );
  const named = documents.flatMap(({ Statement }) => Statement.flatMap(({ Resource = [] }) => Resource));
  const arn = named.find((resource) => !resource.includes('/'));
  if (arn === undefined) return false;
  const puts = [{ action: 's3:PutObject', resource: `${arn}/any/key` }];
  const reads = [
    { action: 's3:GetObject', resource: `${arn}/any/key` },
    { action: 's3:ListBucket', resource: arn },
  ];
  return [...puts, ...(kind === 'plain' ? reads : [])].every((request) =>
    decide(documents, { ...request, context: DENIED[kind] }).by.some(({ Effect }) => Effect === 'Deny'),
  );
}

/** Rules of life of a bucket that are on. */
const lifecycle = (walk: Walk, bucket: Resource): readonly unknown[] =>
  said(walk, bucket, 'BucketLifecycleConfiguration')
    .flatMap(({ inputs }) => listOf(inputs.rules))
    .filter((rule) => at(rule, 'status') === 'Enabled');

const isVersioned = (walk: Walk, bucket: Resource): boolean =>
  said(walk, bucket, 'BucketVersioning').some(
    ({ inputs }) => at(inputs, 'versioningConfiguration', 'status') === 'Enabled',
  );

/** Raw telemetry is what cannot be made again. */
const isRaw = ({ name }: Resource): boolean => /\braw\b/.test(name);

export const BUCKET_RULES: readonly Rule[] = [
  {
    ...{ name: 'bucket-private', types },
    must: 'all four blocks of public access are on',
    wrong: (bucket, walk) => {
      const blocks = said(walk, bucket, 'BucketPublicAccessBlock');
      const open = BLOCKS.filter((block) => !blocks.some(({ inputs }) => inputs[block] === true));
      return unless(open.length === 0, `has no ${open.join(', ')}`);
    },
  },
  {
    ...{ name: 'bucket-tls', types },
    must: 'its policy denies every request without TLS',
    wrong: (bucket, walk) => unless(denies(walk, bucket, 'plain'), 'its policy does not deny plain HTTP'),
  },
  {
    ...{ name: 'bucket-encrypted', types },
    must: 'it encrypts with a key of the account (SSE-KMS), by a bucket key, and its policy denies a put that says otherwise',
    wrong: (bucket, walk) => {
      const rules = said(walk, bucket, 'BucketServerSideEncryptionConfiguration').flatMap(({ inputs }) =>
        listOf(inputs.rules),
      );
      const isByKey = rules.some((rule) => {
        const by = at(rule, 'applyServerSideEncryptionByDefault');
        return at(by, 'sseAlgorithm') === 'aws:kms' && Boolean(at(by, 'kmsMasterKeyId'));
      });
      return [
        ...unless(isByKey, 'does not encrypt with a KMS key'),
        ...unless(
          !isByKey || rules.every((rule) => at(rule, 'bucketKeyEnabled') === true),
          'asks KMS for every object: has no bucket key',
        ),
        ...unless(denies(walk, bucket, 'unencrypted'), 'its policy allows to put with another encryption'),
        ...unless(denies(walk, bucket, 'otherKey'), 'its policy allows to put with another key'),
      ];
    },
  },
  {
    ...{ name: 'bucket-versioned', types },
    must: 'the raw bucket keeps versions',
    wrong: (bucket, walk) => unless(!isRaw(bucket) || isVersioned(walk, bucket), 'keeps no versions'),
  },
  {
    ...{ name: 'bucket-lifecycle', types },
    must: 'parts of uploads that were given up are removed, and so are old versions where there are versions',
    wrong: (bucket, walk) => {
      const rules = lifecycle(walk, bucket);
      const has = (key: string) => rules.some((rule) => at(rule, key) !== undefined);
      return [
        ...unless(has('abortIncompleteMultipartUpload'), 'keeps parts of uploads that were given up'),
        ...unless(
          !isVersioned(walk, bucket) || has('noncurrentVersionExpiration'),
          'keeps old versions for ever',
        ),
      ];
    },
  },
  {
    name: 'bucket-acl',
    must: 'no access control lists: policies alone decide',
    types: ['aws:s3/bucketAcl:BucketAcl'],
    wrong: () => ['sets an access control list'],
  },
];
