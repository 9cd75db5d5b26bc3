import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { named, type Place } from './place.ts';
import type { PolicyDocument } from './policies/index.ts';

const FOURTEEN_DAYS = 14 * 24 * 3600;

/** A queue that SQS encrypts with a key of its own: S3 and EventBridge need no right on the stack's key to put something there. */
export const makeQueue = (place: Place, what: string, more: aws.sqs.QueueArgs = {}): aws.sqs.Queue =>
  new aws.sqs.Queue(
    named(place, what),
    { name: named(place, what), sqsManagedSseEnabled: true, messageRetentionSeconds: FOURTEEN_DAYS, ...more },
    place.options,
  );

export const setQueuePolicy = (
  place: Place,
  { what, queue, policy }: { what: string; queue: aws.sqs.Queue; policy: pulumi.Output<PolicyDocument> },
): aws.sqs.QueuePolicy =>
  new aws.sqs.QueuePolicy(
    named(place, what),
    { queueUrl: queue.id, policy: policy.apply((document) => JSON.stringify(document)) },
    place.options,
  );
