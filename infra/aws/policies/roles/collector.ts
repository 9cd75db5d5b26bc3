import { type Arns, objectsOf } from '../arns.ts';
import type { Grant } from '../document.ts';
import { keyGrant } from '../grants.ts';

/** Puts raw objects, and can neither read nor list them. */
export const collectorGrants = (at: Arns): Grant[] => [
  {
    sid: 'PutRaw',
    why: 'raw objects, in one request or in parts; parts of an upload that fails are given up',
    actions: ['s3:AbortMultipartUpload', 's3:PutObject'],
    resources: objectsOf(at.rawBucket, 'raw/'),
  },
  keyGrant({ sid: 'RawKey', at, bucket: at.rawBucket, use: ['writes', 'sends parts'] }),
];
