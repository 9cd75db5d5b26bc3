import { type Arns, objectsOf } from '../arns.ts';
import type { Grant } from '../document.ts';
import { keyGrant } from '../grants.ts';

/** Converts what is left, and seals a run. */
export const sealGrants = (at: Arns): Grant[] => [
  {
    sid: 'ReadRaw',
    why: 'raw objects, the record of the run and the points of its client, its parts, and its ground truth',
    actions: ['s3:GetObject'],
    resources: objectsOf(at.rawBucket, 'parts/', 'raw/', 'runs/', 'truth/'),
  },
  {
    sid: 'PutParts',
    why: 'parts of objects that no notification has brought',
    actions: ['s3:PutObject'],
    resources: objectsOf(at.rawBucket, 'dead-letter/', 'parts/'),
  },
  {
    sid: 'PutJudgement',
    why: 'the judgement of a run that is not sound, and is not published',
    actions: ['s3:PutObject'],
    resources: objectsOf(at.rawBucket, 'runs/'),
  },
  {
    sid: 'RemoveLeftovers',
    why: 'what an earlier conversion left and no part set names',
    actions: ['s3:DeleteObject'],
    resources: objectsOf(at.rawBucket, 'dead-letter/', 'parts/'),
  },
  {
    sid: 'ListRaw',
    why: 'which objects a run has; and without it a key that is not there is answered by 403',
    actions: ['s3:ListBucket'],
    resources: [at.rawBucket],
  },
  keyGrant({ sid: 'RawKey', at, bucket: at.rawBucket, use: ['reads', 'writes'] }),
  {
    sid: 'PutDataset',
    why: 'files of the dataset, the manifest last; large ones in parts',
    actions: ['s3:AbortMultipartUpload', 's3:DeleteObject', 's3:GetObject', 's3:PutObject'],
    resources: objectsOf(at.datasetsBucket, ''),
  },
  {
    sid: 'ListDatasets',
    why: 'whether the dataset is there already; without it a key that is not there is answered by 403',
    actions: ['s3:ListBucket'],
    resources: [at.datasetsBucket],
  },
  keyGrant({
    ...{ sid: 'DatasetsKey', at, bucket: at.datasetsBucket },
    use: ['reads', 'writes', 'sends parts'],
  }),
];
