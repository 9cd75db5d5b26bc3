import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { readTaskState, type TaskState } from './task-state.ts';

/** What one ReceiveMessage gives and waits for at most. */
const AT_ONCE = 10;
const WAIT_SECONDS = 20;
const PAUSE_MS = 1_000;

/**
 * Reads the queue of task states until it is closed. A message is deleted when its state was handled: one whose handling
 * failed, or was cut off, comes again, and keeps no other from being handled.
 */
export class EventQueue {
  readonly #client: SQSClient;
  readonly #url: string;
  readonly #onState: (state: TaskState) => Promise<void>;
  readonly #closing = new AbortController();
  readonly #reading: Promise<void>;

  constructor({
    client,
    url,
    onState,
  }: {
    client: SQSClient;
    url: string;
    onState: (state: TaskState) => Promise<void>;
  }) {
    this.#client = client;
    this.#url = url;
    this.#onState = onState;
    this.#reading = this.#read();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const failed = await this.#readOnce(signal).catch(() => true);
      // the queue is away, or denies: what is in it stays there
      if (failed) await sleep(PAUSE_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns whether the handling of one failed; rejects when the queue cannot be read */
  async #readOnce(signal: AbortSignal): Promise<boolean> {
    const receive = new ReceiveMessageCommand({
      QueueUrl: this.#url,
      MaxNumberOfMessages: AT_ONCE,
      WaitTimeSeconds: WAIT_SECONDS,
    });
    const { Messages = [] } = await this.#client.send(receive, { abortSignal: signal });
    const Entries: { Id: string; ReceiptHandle: string | undefined }[] = [];
    for (const [index, { Body, ReceiptHandle }] of Messages.entries())
      if (await this.#isHandled(Body)) Entries.push({ Id: String(index), ReceiptHandle });
    if (Entries.length > 0)
      await this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries }));
    return Entries.length < Messages.length;
  }

  async #isHandled(message = ''): Promise<boolean> {
    const state = readTaskState(message);
    return (
      state === undefined ||
      (await this.#onState(state).then(
        () => true,
        () => false,
      ))
    );
  }
}
