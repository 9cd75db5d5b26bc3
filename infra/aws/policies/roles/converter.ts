import { type Arns, objectsOf } from '../arns.ts';
import type { Grant } from '../document.ts';
import { keyGrant, logsGrant } from '../grants.ts';

/** The Lambda function that turns raw objects into parts. */
export const converterGrants = (at: Arns): Grant[] => [
  {
    sid: 'ReadRawAndRuns',
    why: 'the object of a notification, the records of runs, and parts that are there already',
    actions: ['s3:GetObject'],
    resources: objectsOf(at.rawBucket, 'parts/', 'raw/', 'runs/'),
  },
  {
    sid: 'PutParts',
    why: 'rows, part sets and dead letters',
    actions: ['s3:PutObject'],
    resources: objectsOf(at.rawBucket, 'dead-letter/', 'parts/'),
  },
  {
    sid: 'ListRaw',
    why: 'the list of runs; and without it a key that is not there is answered by 403, as if it were forbidden',
    actions: ['s3:ListBucket'],
    resources: [at.rawBucket],
  },
  keyGrant({ sid: 'RawKey', at, bucket: at.rawBucket, use: ['reads', 'writes'] }),
  {
    sid: 'TakeMessages',
    why: 'Lambda takes the messages of the queue in the name of the function',
    actions: ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
    resources: [at.converterQueue],
  },
  logsGrant(at),
];
