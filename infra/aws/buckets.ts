import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { named, type Place } from './place.ts';
import { bucketPolicy } from './policies/index.ts';
import type { Protectable } from './settings.ts';

/** Days after which what is only an intermediate result, or was overwritten, is removed. */
const KEPT_DAYS = 30;

/** Names of buckets are those of the whole world: account and region make them unique. */
export const bucketName = (place: Place, what: Protectable): pulumi.Output<string> =>
  pulumi.interpolate`${named(place, what)}-${place.account}-${place.settings.region}`;

/** Without an account: a bucket's ARN has none. */
export const bucketArn = (place: Place, what: Protectable): pulumi.Output<string> =>
  pulumi.interpolate`arn:${place.partition}:s3:::${bucketName(place, what)}`;

export interface Buckets {
  readonly raw: aws.s3.Bucket;
  /** Both, with all that is set on them: what puts something there comes after it, and goes before. */
  readonly ready: readonly pulumi.Resource[];
}

export function makeBuckets(place: Place, key: aws.kms.Key): Buckets {
  const [raw, ...rawSettings] = makeBucket(place, 'raw', key);
  const options = optionsOf(place, 'raw');
  const versioning = new aws.s3.BucketVersioning(
    named(place, 'raw'),
    { bucket: raw.id, versioningConfiguration: { status: 'Enabled' } },
    options,
  );
  new aws.s3.BucketLifecycleConfiguration(
    named(place, 'raw'),
    {
      bucket: raw.id,
      rules: [
        UNFINISHED,
        {
          id: 'overwritten',
          status: 'Enabled',
          filter: { prefix: '' },
          noncurrentVersionExpiration: { noncurrentDays: KEPT_DAYS },
          expiration: { expiredObjectDeleteMarker: true },
        },
        // raw objects are what they can be made of again
        { id: 'parts', status: 'Enabled', filter: { prefix: 'parts/' }, expiration: { days: KEPT_DAYS } },
      ],
    },
    { ...options, dependsOn: versioning },
  );
  const datasets = makeBucket(place, 'datasets', key);
  new aws.s3.BucketLifecycleConfiguration(
    named(place, 'datasets'),
    { bucket: datasets[0].id, rules: [UNFINISHED] },
    optionsOf(place, 'datasets'),
  );
  return { raw, ready: [raw, ...rawSettings, versioning, ...datasets] };
}

const UNFINISHED = {
  id: 'unfinished-uploads',
  status: 'Enabled',
  filter: { prefix: '' },
  abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
};

/** A bucket that is left stays as closed as it was: all that is set on it is left, too. */
const optionsOf = ({ settings, options }: Place, what: Protectable) => ({
  ...options,
  retainOnDelete: settings.protect.includes(what),
});

/** Private, encrypted with the key of the stack, and not reached but by TLS. */
function makeBucket(place: Place, what: Protectable, key: aws.kms.Key) {
  const name = named(place, what);
  const options = optionsOf(place, what);
  const bucket = new aws.s3.Bucket(
    name,
    { bucket: bucketName(place, what), forceDestroy: !place.settings.protect.includes(what) },
    options,
  );
  const closed = new aws.s3.BucketPublicAccessBlock(
    name,
    {
      bucket: bucket.id,
      ...{ blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true },
      restrictPublicBuckets: true,
    },
    options,
  );
  const owned = new aws.s3.BucketOwnershipControls(
    name,
    { bucket: bucket.id, rule: { objectOwnership: 'BucketOwnerEnforced' } },
    options,
  );
  const encrypted = new aws.s3.BucketServerSideEncryptionConfiguration(
    name,
    {
      bucket: bucket.id,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: key.arn },
          bucketKeyEnabled: true,
        },
      ],
    },
    options,
  );
  const tlsOnly = new aws.s3.BucketPolicy(
    name,
    {
      bucket: bucket.id,
      policy: pulumi
        .all([bucketArn(place, what), key.arn])
        .apply(([arn, dataKey]) => JSON.stringify(bucketPolicy(arn, { dataKey }))),
    },
    { ...options, dependsOn: closed },
  );
  return [bucket, closed, owned, encrypted, tlsOnly] as const;
}
