import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Converter, converterOf } from '../converter.ts';
import { ConverterError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { convertNotified, type Outcome, rawKeyIn } from '../notification/convert-notified.ts';
import type { CreatedObject } from '../notification/s3-event.ts';
import { type Counts, NotifiedTally } from '../notification/tally.ts';
import { RunIndex } from '../run/run-index.ts';
import type { ObjectStore } from '../store/store.ts';
import { answer, send } from './door.ts';
import { KeyQueue } from './queue.ts';

/** To receive a request, and how long a connection may be idle: a sender's next request is not to meet its end. */
const TIMES = { headersTimeout: 5000, requestTimeout: 10_000, keepAliveTimeout: 65_000 } as const;
const LOOPBACK = '127.0.0.1';

export interface WorkerOptions {
  readonly raw: ObjectStore;
  /** Whoever has it may send notifications. */
  readonly token: string;
  readonly host?: string;
  /** 0 for a free one. */
  readonly port?: number;
  /** Objects that may wait; what is beyond is refused, and to be sent again. */
  readonly capacity?: number;
  /** Threads that convert; 0 is the one that answers, which then answers late. */
  readonly workers?: number;
  /** Told what became of each object that was taken. */
  readonly onObject?: (told: Told) => void;
}

export type Told =
  | { readonly key: string; readonly outcome: Outcome; readonly rows: number }
  | { readonly key: string; readonly outcome: 'failed'; readonly error: unknown };

export type WorkerCounts = Counts & {
  /** Notifications that were refused for want of room. */
  readonly refused: number;
};

/** Objects in hand at once, a thread: few, since it may share the machine with the stack that is measured. */
const IN_HAND = 3;

/**
 * Turns raw objects into part sets as a bucket's notifications of them arrive.
 *
 *     notification ─► 202 ─► queue ─► part set         when the queue is full: 503, and it is sent again
 *
 * It keeps nothing: what waits when it is killed, what could not be converted and what was never notified is found by
 * converting the run.
 */
export class Worker {
  readonly #raw: ObjectStore;
  readonly #runs: RunIndex;
  readonly #server: Server;
  readonly #queue: KeyQueue;
  readonly #converter: Converter;
  readonly #tally = new NotifiedTally();
  readonly #tell: (told: Told) => void;
  readonly #done: Promise<void>;
  #refused = 0;

  private constructor({
    raw,
    token,
    host = LOOPBACK,
    capacity = 1000,
    workers = 1,
    onObject,
  }: WorkerOptions) {
    this.#raw = raw;
    this.#runs = new RunIndex(raw);
    this.#queue = new KeyQueue(capacity);
    this.#converter = converterOf({ raw, source: raw, workers, apart: workers > 0 });
    this.#tell = onObject ?? (() => {});
    const take = (created: readonly CreatedObject[]) => this.#take(created);
    this.#server = createServer(TIMES, (request, response) => {
      void answer(request, { host, token, take }).then((said) => send(response, said));
    });
    this.#done = inLanes({
      items: this.#queue,
      count: IN_HAND * Math.max(1, workers),
      signal: undefined,
      what: 'converting notified objects',
      lane: () => (key) => this.#convert(key),
    });
  }

  /** @throws `PORT_BUSY` */
  static async start(options: WorkerOptions): Promise<Worker> {
    const { host = LOOPBACK, port = 0 } = options;
    const worker = new Worker(options);
    try {
      worker.#server.listen({ port, host });
      await once(worker.#server, 'listening');
      return worker;
    } catch (cause) {
      await worker.close();
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
      throw new ConverterError('PORT_BUSY', `port ${port} of ${host} is in use`, { cause });
    }
  }

  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  get counts(): WorkerCounts {
    return { ...this.#tally.counts, refused: this.#refused };
  }

  /** Takes keys of the raw bucket that it was not notified of; false where there is no room for them. */
  offer(keys: readonly string[]): boolean {
    return this.#queue.add(keys);
  }

  /** Takes nothing more, and ends when all that was taken is converted; with `drop`, when what is in hand is. */
  async close(options: { drop?: boolean } = {}): Promise<WorkerCounts> {
    this.#queue.close(options);
    this.#server.close();
    this.#server.closeIdleConnections();
    await this.#done;
    this.#server.closeAllConnections();
    await this.#converter.close();
    return this.counts;
  }

  #take(created: readonly CreatedObject[]): boolean {
    const keys: string[] = [];
    for (const object of created) {
      const key = rawKeyIn(this.#raw, object);
      if (key !== undefined) keys.push(key);
    }
    const taken = this.#queue.add(keys);
    if (!taken) this.#refused += 1;
    else
      for (let i = keys.length; i < created.length; i++)
        this.#tally.add({ outcome: 'no_telemetry', rows: 0 });
    return taken;
  }

  async #convert(key: string): Promise<void> {
    const { convert } = this.#converter;
    try {
      const notified = await convertNotified({ raw: this.#raw, runs: this.#runs, convert, key });
      this.#tally.add(notified);
      this.#tell({ key, ...notified });
    } catch (error) {
      this.#tally.addFailed();
      this.#tell({ key, outcome: 'failed', error });
    }
  }
}
