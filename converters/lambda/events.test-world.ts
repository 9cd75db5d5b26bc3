import type { S3Event, S3EventRecord, SQSEvent, SQSRecord } from 'aws-lambda';

/** An event as S3 sends it, of objects that were put into a bucket. */
export function s3Event(
  keys: readonly string[],
  { eventName = 'ObjectCreated:Put', bucket = 'raw' } = {},
): S3Event {
  return { Records: keys.map((key) => s3Record({ key, eventName, bucket })) };
}

const s3Record = ({
  key,
  eventName,
  bucket,
}: Record<'key' | 'eventName' | 'bucket', string>): S3EventRecord => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-central-1',
  eventTime: '2026-11-24T06:00:01.000Z',
  eventName,
  userIdentity: { principalId: 'AWS:AROA' },
  requestParameters: { sourceIPAddress: '192.0.2.1' },
  responseElements: { 'x-amz-request-id': 'R', 'x-amz-id-2': 'I' },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: 'raw',
    bucket: { name: bucket, ownerIdentity: { principalId: 'A' }, arn: `arn:aws:s3:::${bucket}` },
    // what is no letter is escaped, and a space is a plus
    object: {
      ...{ key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+') },
      ...{ size: 1, eTag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0055AED6DCD90281E5' },
    },
  },
});

/** A queue's event of such bodies; their ids are `message-0` and so on. */
export function sqsEvent(bodies: readonly unknown[]): SQSEvent {
  return {
    Records: bodies.map(
      (body, i): SQSRecord => ({
        messageId: `message-${i}`,
        receiptHandle: 'H',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        attributes: {
          ...{ ApproximateReceiveCount: '1', SentTimestamp: '1764000000000' },
          ...{ SenderId: 'AIDA', ApproximateFirstReceiveTimestamp: '1764000000001' },
        },
        messageAttributes: {},
        md5OfBody: '',
        eventSource: 'aws:sqs',
        eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:raw',
        awsRegion: 'eu-central-1',
      }),
    ),
  };
}

/** An SNS notification of an event, as it comes in the body of a queue's message. */
export const snsEnvelope = (event: unknown) => ({
  ...{ Type: 'Notification', MessageId: 'M', TopicArn: 'arn:aws:sns:eu-central-1:000000000000:raw' },
  ...{ Subject: 'Amazon S3 Notification', Message: JSON.stringify(event) },
  ...{ Timestamp: '2026-11-24T06:00:01.000Z', SignatureVersion: '1', Signature: 'S' },
});

/** What S3 sends when notifications are switched on. */
export const TEST_EVENT = {
  ...{ Service: 'Amazon S3', Event: 's3:TestEvent', Time: '2026-11-24T06:00:00.000Z' },
  ...{ Bucket: 'raw', RequestId: 'R', HostId: 'I' },
};
