import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Counts } from '../notification/tally.ts';
import { countOf, type Queues } from './queue.test-world.ts';
import { LambdaEnvironment } from './runtime-api.test-world.ts';

/** Messages of one batch; seconds that a receive waits for a first one. Lambda's own waits 20. */
const [BATCH, WAIT_SECONDS] = [10, 1];

export interface MappingCounts {
  /** Execution environments that were started, those after a death too. */
  environments: number;
  invocations: number;
  /** Of these, the ones that failed as a whole. */
  failed: number;
  /** Messages that were handed to the function, those that came again too. */
  messages: number;
  /** Of these, the ones that the function reported, or that failed with their batch. */
  again: number;
}

type Logged = Counts & Readonly<Record<'messages' | 'unreadable', number>>;

export interface MappingOptions {
  readonly queues: Queues;
  /** Execution environments at once, of which each has one batch at a time. */
  readonly concurrency: number;
  /** The folder of the bundle, and the function's environment. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told of each environment when it starts. */
  readonly onStart?: (environment: LambdaEnvironment) => void;
}

/**
 * What AWS does between a standard queue and a function, on this computer: an event source mapping with `ReportBatchItemFailures`
 * and batches of ten. For tests.
 *
 *     receive (hides them) ─► invoke ─┬─► an answer ─► delete those that it does not name
 *                                     └─► an error, or the process has died ─► delete none
 *
 * What is not deleted becomes visible again when the queue's visibility timeout is over, and the queue itself makes it a dead letter
 * when it was received too often. Different from AWS: as many poll as there are to be environments, from the first moment, where Lambda
 * begins with five batches at once and adds up to 300 environments a minute.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export class EventSourceMapping {
  readonly #options: MappingOptions;
  readonly counts: MappingCounts = { environments: 0, invocations: 0, failed: 0, messages: 0, again: 0 };
  /** What each environment has written. */
  readonly outputs: string[] = [];

  constructor(options: MappingOptions) {
    this.#options = options;
  }

  /** Works until nothing is in the queue, waiting or in flight. */
  async drain(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#poll()));
  }

  /** What the function has said that became of objects, over all invocations that it has ended. */
  logged(): Logged {
    const tally: Record<string, number> = {};
    for (const line of this.outputs.flatMap((output) => output.split('\n').filter((text) => text !== ''))) {
      const { level, request_id, code, ...counts } = JSON.parse(line) as Record<string, unknown>;
      if (code !== undefined) continue;
      for (const [name, count] of Object.entries(counts)) tally[name] = (tally[name] ?? 0) + Number(count);
    }
    return tally as Logged;
  }

  async #poll(): Promise<void> {
    let environment: LambdaEnvironment | undefined;
    try {
      for (let batch = await this.#receive(); batch; batch = await this.#receive()) {
        if (batch.length === 0) continue;
        environment ??= await this.#start();
        await this.#handle(environment, batch);
        if (hasEnded(environment)) environment = await this.#end(environment);
      }
    } finally {
      if (environment) await this.#end(environment);
    }
  }

  async #start(): Promise<LambdaEnvironment> {
    const { folder, env, onStart } = this.#options;
    const environment = await LambdaEnvironment.start({ folder, env });
    this.counts.environments += 1;
    onStart?.(environment);
    return environment;
  }

  async #end(environment: LambdaEnvironment): Promise<undefined> {
    await environment.stop();
    this.outputs.push(environment.output);
  }

  /** The next messages, none where others have them all now; undefined where nothing is left. */
  async #receive(): Promise<Message[] | undefined> {
    const { queues } = this.#options;
    const { Messages = [] } = await queues.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queues.url,
        MaxNumberOfMessages: BATCH,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    if (Messages.length > 0) return Messages;
    const { visible, inFlight } = await countOf(queues, queues.url);
    return visible + inFlight === 0 ? undefined : [];
  }

  async #handle(environment: LambdaEnvironment, batch: readonly Message[]): Promise<void> {
    const ids = batch.map(({ MessageId = '' }) => MessageId);
    const failed = await environment.invoke(this.#eventOf(batch)).then(
      (answer) => failedOf(answer, ids),
      () => undefined,
    );
    this.counts.invocations += 1;
    this.counts.messages += batch.length;
    this.counts.again += failed ? failed.size : batch.length;
    if (!failed) this.counts.failed += 1;
    else await this.#delete(batch.filter(({ MessageId = '' }) => !failed.has(MessageId)));
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const { sqs, url } = this.#options.queues;
    const Entries = messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    if (Failed.length > 0) throw new Error(`not deleted: ${JSON.stringify(Failed)}`);
  }

  #eventOf(batch: readonly Message[]): SQSEvent {
    const { arn } = this.#options.queues;
    return {
      Records: batch.map(
        ({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MD5OfBody = '' }): SQSRecord => ({
          ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, md5OfBody: MD5OfBody },
          ...{ attributes: Attributes as unknown as SQSRecord['attributes'], messageAttributes: {} },
          ...{ eventSource: 'aws:sqs', eventSourceARN: arn, awsRegion: arn.split(':')[3] ?? '' },
        }),
      ),
    };
  }
}

const hasEnded = ({ child }: LambdaEnvironment): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/**
 * Which messages an answer names; undefined where AWS counts all as failed: no JSON of that form, an empty or missing
 * `itemIdentifier`, or one that is of no message of the batch. Without a list, or with an empty one, all were done.
 */
export function failedOf(answer: unknown, ids: readonly string[]): Set<string> | undefined {
  const { batchItemFailures } = (answer ?? {}) as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return undefined;
  const named = batchItemFailures.map(
    (item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier,
  );
  if (!named.every((id): id is string => typeof id === 'string' && ids.includes(id))) return undefined;
  return new Set(named);
}
