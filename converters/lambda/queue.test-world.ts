import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { AwsServer } from '../../tools/moto/server.test-world.ts';

/** Messages of one call, at the most. */
const BATCH = 10;

/** A queue, and the one that takes what was received too often from it. */
export interface Queues {
  readonly sqs: SQSClient;
  readonly url: string;
  readonly arn: string;
  readonly deadUrl: string;
}

export interface QueueSettings {
  /** How long a message that was received is hidden from others, whole seconds. */
  readonly visibilitySeconds: number;
  /** Times that a message is received before it becomes a dead letter. */
  readonly maxReceiveCount: number;
}

export async function makeQueues(
  { endpoint, region, credentials }: AwsServer,
  { visibilitySeconds, maxReceiveCount }: QueueSettings,
): Promise<Queues> {
  const sqs = new SQSClient({ endpoint, region, credentials });
  const create = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
    return { url: QueueUrl, arn: (await sqs.send(asked)).Attributes?.QueueArn ?? '' };
  };
  const dead = await create('storefront-converter-dead');
  const { url, arn } = await create('storefront-converter', {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }),
  });
  return { sqs, url, arn, deadUrl: dead.url };
}

export async function sendAll({ sqs, url }: Queues, bodies: readonly string[]): Promise<void> {
  for (let at = 0; at < bodies.length; at += BATCH) {
    const Entries = bodies.slice(at, at + BATCH).map((MessageBody, i) => ({ Id: String(i), MessageBody }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    if (Failed.length > 0) throw new Error(`not sent: ${JSON.stringify(Failed)}`);
  }
}

/** How many messages wait, and how many were received and are neither deleted nor visible again. */
export async function countOf(
  { sqs }: Queues,
  QueueUrl: string,
): Promise<{ visible: number; inFlight: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}

/** Bodies of the dead letters, ten at the most, sorted; they stay where they are. */
export async function deadLetters(queues: Queues): Promise<string[]> {
  return (await receiveDead(queues, { visibilitySeconds: 0 })).map(({ Body = '' }) => Body).sort();
}

/** Sends the dead letters to their queue again, as a redrive does (`StartMessageMoveTask`, which moto does not have). */
export async function redrive(queues: Queues): Promise<number> {
  let moved = 0;
  for (;;) {
    const letters = await receiveDead(queues, { visibilitySeconds: 30 });
    if (letters.length === 0) return moved;
    moved += letters.length;
    await sendAll(
      queues,
      letters.map(({ Body = '' }) => Body),
    );
    for (const { ReceiptHandle } of letters)
      await queues.sqs.send(new DeleteMessageCommand({ QueueUrl: queues.deadUrl, ReceiptHandle }));
  }
}

async function receiveDead(
  { sqs, deadUrl }: Queues,
  { visibilitySeconds }: { visibilitySeconds: number },
): Promise<Message[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: deadUrl,
      MaxNumberOfMessages: BATCH,
      VisibilityTimeout: visibilitySeconds,
    }),
  );
  return Messages;
}
