import type { Context, S3Event, SQSBatchItemFailure, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { ConverterError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { convertNotified, rawKeyIn } from '../notification/convert-notified.ts';
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
 * An object that cannot be converted now (the store is away, or denies it) has its message delivered again. One that never
 * can be, because it is gone or belongs to no run, is counted and left, and so is a message that is no S3 event.
 */
export function lambdaHandler({
  raw,
  log,
}: {
  raw: ObjectStore;
  log: Log;
}): (event: S3Event | SQSEvent, context: Pick<Context, 'awsRequestId'>) => Promise<SQSBatchResponse> {
  const runs = new RunIndex(raw);
  const convert = objectConverter({ raw, source: raw });
  return async (event, { awsRequestId }) => {
    const messages = messagesOf(event);
    const tally = new NotifiedTally();
    const failures = new Map<Message, unknown>();
    const one = async (message: Message, object: CreatedObject): Promise<void> => {
      try {
        const key = rawKeyIn(raw, object);
        tally.add(
          key === undefined
            ? { outcome: 'no_telemetry', rows: 0 }
            : await convertNotified({ raw, runs, convert, key }),
        );
      } catch (error) {
        tally.addFailed();
        if (!failures.has(message)) failures.set(message, error);
        log({ level: 'error', request_id: awsRequestId, ...object, ...saidOf(error) });
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
    const unreadable = messages.filter(({ objects }) => !objects).length;
    const level = failures.size + unreadable > 0 ? 'warn' : 'info';
    log({ level, request_id: awsRequestId, messages: messages.length, unreadable, ...tally.counts });
    return { batchItemFailures: againOf(failures) };
  };
}

async function* objectsOf(messages: readonly Message[]): AsyncGenerator<[Message, CreatedObject]> {
  for (const message of messages) for (const object of message.objects ?? []) yield [message, object];
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
