import type { Context, S3Event, SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ConverterError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { convertNotified, isOfBucket, type Notified, rawKeyIn } from '../notification/convert-notified.ts';
import type { CreatedObject } from '../notification/s3-event.ts';
import { NotifiedTally } from '../notification/tally.ts';
import { objectConverter } from '../parts/object-converter.ts';
import { RunIndex } from '../run/run-index.ts';
import type { ObjectStore } from '../store/store.ts';
import { type Message, messagesOf } from './messages.ts';

/** Objects in hand at once: while one is converted, the next are fetched. */
const AHEAD = 3;

/** One line of the function's log. */
export type Log = (line: Readonly<Record<string, unknown>>) => void;

/**
 * The Lambda function: S3 events, from S3 itself or by way of SQS (or SNS and SQS) → part sets.
 *
 *     event ─► messages ─► objects ─► part set of each ─► which messages are to be delivered again
 *
 * A message is delivered again when one of its objects cannot be converted now (the store is away, or denies it), and also when
 * none can do anything about it: it is no S3 event, its object is gone, its bucket is another. Such a message ends in the
 * dead-letter queue, where somebody sees it. An object of no run is counted and left: converting a run finds it.
 */
export function lambdaHandler({
  raw,
  log,
}: {
  raw: ObjectStore;
  log: Log;
}): (event: S3Event | SQSEvent, context: Pick<Context, 'awsRequestId'>) => Promise<SQSBatchResponse> {
  const index = new RunIndex(raw);
  const convert = objectConverter({ raw, source: raw });
  return async (event, { awsRequestId }) => {
    const messages = messagesOf(event);
    const runs = index.once();
    const tally = new NotifiedTally();
    const failures = new Map<Message, unknown>();
    const fail = (message: Message, error: unknown, object?: CreatedObject): void => {
      if (!failures.has(message)) failures.set(message, error);
      log({ level: 'error', request_id: awsRequestId, message_id: message.id, ...object, ...saidOf(error) });
    };
    const one = async (message: Message, object: CreatedObject): Promise<void> => {
      try {
        const key = rawKeyIn(raw, object);
        const notified =
          key === undefined ? NO_TELEMETRY : await convertNotified({ raw, runs, convert, key });
        tally.add(notified);
        const helpless = problemOf(raw, object, notified);
        if (helpless) fail(message, helpless, object);
      } catch (error) {
        tally.addFailed();
        fail(message, error, object);
      }
    };
    await inLanes({
      items: objectsOf(messages),
      count: AHEAD,
      signal: undefined,
      what: 'converting an event',
      lane:
        () =>
        ([message, object]) =>
          one(message, object),
    });
    const unreadable = messages.filter(({ objects }) => !objects);
    for (const message of unreadable)
      fail(message, new ConverterError('NO_S3_EVENT', 'the message is no S3 event'));
    const level = failures.size > 0 ? 'warn' : 'info';
    log({
      ...{ level, request_id: awsRequestId, messages: messages.length, unreadable: unreadable.length },
      ...tally.counts,
    });
    return { batchItemFailures: againOf(failures) };
  };
}

async function* objectsOf(messages: readonly Message[]): AsyncGenerator<[Message, CreatedObject]> {
  for (const message of messages) for (const object of message.objects ?? []) yield [message, object];
}

const NO_TELEMETRY = { outcome: 'no_telemetry', rows: 0 } as const;

/** Why no delivery can help an object; undefined where nothing is wrong with it. */
function problemOf(
  raw: ObjectStore,
  object: CreatedObject,
  { outcome }: Notified,
): ConverterError | undefined {
  if (!isOfBucket(raw, object))
    return new ConverterError('OTHER_BUCKET', `bucket ${object.bucket} is not that of ${raw.url}`);
  if (outcome === 'gone') return new ConverterError('RAW_OBJECT_GONE', `${object.key} is not in ${raw.url}`);
  return undefined;
}

/** @throws `NOT_CONVERTED` where S3 itself has invoked, which then does so again */
function againOf(failures: ReadonlyMap<Message, unknown>): SQSBatchItemFailure[] {
  return [...failures].map(([{ id }, cause]) => {
    if (id === undefined)
      throw new ConverterError('NOT_CONVERTED', 'not every object was converted', { cause });
    return { itemIdentifier: id };
  });
}

const saidOf = (error: unknown) => ({
  code: (error as { code?: unknown } | null)?.code ?? 'INTERNAL',
  message: error instanceof Error ? error.message : String(error),
});
