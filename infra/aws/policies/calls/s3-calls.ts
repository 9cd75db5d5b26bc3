import type { RoleName } from '../arns.ts';
import type { Call } from './call.ts';
import { requestsOf } from './requests.ts';
import type { S3Api } from './s3-call.ts';

/** Behind a place whose key is not there. */
export const NOT_THERE = ' (not there)';

const nameOf = (arn: string): string => arn.slice(arn.lastIndexOf(':') + 1);

/** @param on bucket, and what the key begins with: `raw/parts/` */
const call = (role: RoleName, api: S3Api, on: string): Call => ({
  ...{ role, api: `S3 ${api}`, on, known: 'recorded' },
  requests: (at) => {
    const [bucket = '', first = ''] = on.split('/');
    const isMissing = on.endsWith(NOT_THERE);
    const name = nameOf(bucket === 'raw' ? at.rawBucket : at.datasetsBucket);
    const beginning = first && `${first}/`;
    const isListing = api === 'ListObjectsV2';
    const [key, prefix] = isListing ? ['', beginning] : [`${beginning}x`, undefined];
    return requestsOf({ api, bucket: name, key, prefix, isMissing }, at);
  },
});

const callsOf = (role: RoleName, calls: Readonly<Partial<Record<S3Api, readonly string[]>>>): Call[] =>
  Object.entries(calls).flatMap(([api, places]) => places.map((on) => call(role, api as S3Api, on)));

const alsoMissing = (...places: readonly string[]): string[] =>
  places.flatMap((place) => [place, place + NOT_THERE]);

/** All calls of S3 that the code makes: tests record them, and compare. */
export const S3_CALLS: readonly Call[] = [
  ...callsOf('collector-task', {
    PutObject: ['raw/raw/'],
    CreateMultipartUpload: ['raw/raw/'],
    UploadPart: ['raw/raw/'],
    CompleteMultipartUpload: ['raw/raw/'],
    AbortMultipartUpload: ['raw/raw/'],
  }),
  ...callsOf('converter-function', {
    GetObject: [...alsoMissing('raw/parts/', 'raw/raw/'), 'raw/runs/'],
    ListObjectsV2: ['raw/runs/'],
    PutObject: ['raw/dead-letter/', 'raw/parts/'],
  }),
  ...callsOf('seal-task', {
    GetObject: [...alsoMissing('raw/parts/', 'raw/truth/'), 'raw/raw/', 'raw/runs/', 'datasets/<run>/'],
    HeadObject: alsoMissing('datasets/<run>/'),
    ListObjectsV2: ['raw/dead-letter/', 'raw/parts/', 'raw/raw/', 'datasets/'],
    PutObject: ['raw/dead-letter/', 'raw/parts/', 'raw/runs/', 'datasets/<run>/'],
    DeleteObject: ['raw/dead-letter/', 'raw/parts/', 'datasets/<run>/'],
    CreateMultipartUpload: ['datasets/<run>/'],
    UploadPart: ['datasets/<run>/'],
    CompleteMultipartUpload: ['datasets/<run>/'],
    AbortMultipartUpload: ['datasets/<run>/'],
  }),
  ...callsOf('load-task', {
    GetObject: alsoMissing('raw/runs/'),
    PutObject: ['raw/runs/'],
    CreateMultipartUpload: ['raw/runs/'],
    UploadPart: ['raw/runs/'],
    CompleteMultipartUpload: ['raw/runs/'],
    AbortMultipartUpload: ['raw/runs/'],
  }),
];
