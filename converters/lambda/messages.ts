import type { S3Event, SNSMessage, SQSEvent } from 'aws-lambda';
import { type CreatedObject, createdObjects, parseJson } from '../notification/s3-event.ts';

/** What one invocation is to do, in the units that can be delivered again. */
export interface Message {
  /** Of an SQS message; undefined where S3 itself has invoked. */
  readonly id: string | undefined;
  /** Undefined where the message is no S3 event: nobody can make one of it. */
  readonly objects: readonly CreatedObject[] | undefined;
}

/** The messages of an event: of S3 itself, or of a queue whose messages are S3 events, or SNS notifications of such. */
export function messagesOf(event: S3Event | SQSEvent): Message[] {
  if (!isQueued(event)) return [{ id: undefined, objects: createdObjects(event) }];
  return event.Records.map(({ messageId, body }) => ({
    id: messageId,
    objects: createdObjects(unwrapped(body)),
  }));
}

const isQueued = (event: S3Event | SQSEvent): event is SQSEvent =>
  Array.isArray(event?.Records) && event.Records[0]?.eventSource === 'aws:sqs';

function unwrapped(body: string): unknown {
  const value = parseJson(body);
  const { Type, Message } = (value ?? {}) as Partial<SNSMessage>;
  return Type === 'Notification' && typeof Message === 'string' ? parseJson(Message) : value;
}
