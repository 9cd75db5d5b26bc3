import { type Arns, objectsOf } from '../arns.ts';
import type { Grant } from '../document.ts';
import { keyGrant } from '../grants.ts';

/** A segment of the load. */
export const loadGrants = (at: Arns): Grant[] => [
  {
    sid: 'PutAndReadRun',
    why: 'what it is to do and what it has done, and its points: large ones in parts, which are given up where that fails',
    actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'],
    resources: objectsOf(at.rawBucket, 'runs/'),
  },
  {
    sid: 'KnowWhatIsMissing',
    why: 'without it a key that is not there is answered by 403',
    actions: ['s3:ListBucket'],
    resources: [at.rawBucket],
  },
  keyGrant({ sid: 'RawKey', at, bucket: at.rawBucket, use: ['reads', 'writes', 'sends parts'] }),
];
