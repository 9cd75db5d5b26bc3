import { setTimeout as sleep } from 'node:timers/promises';
import type { LineCounter } from '../embedded/log-files.ts';
import { addCounters, type Counters, NO_COUNTERS, readCounters } from './counters.ts';

const READ_EVERY_MS = 2000;
const POLL_MS = 200;
/** Longer than a poll of the log files (200 ms) and the flush of a batch (1 s) together. */
const QUIET_MS = 2000;
/** Longer than running services keep spans to themselves (5 s), and the flush, together. */
const QUIET_RUNNING_MS = 8000;

/** Keeps the collector's counters over its processes: each starts at zero, and one that is killed takes its own along. */
export class CollectorWatch {
  readonly #url: string;
  #ended: Counters = NO_COUNTERS;
  #current: Counters = NO_COUNTERS;
  #processes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor({ url }: { url: string }) {
    this.#url = url;
  }

  get processes(): number {
    return this.#processes;
  }

  get total(): Counters {
    return addCounters(this.#ended, this.#current);
  }

  /** A process of the collector has started. */
  started(): void {
    this.#processes += 1;
    this.#timer ??= setInterval(() => void this.read(), READ_EVERY_MS).unref();
  }

  /** It has ended: what was read last is all that will be known of it. */
  ended(): void {
    this.#ended = this.total;
    this.#current = NO_COUNTERS;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Undefined while the collector does not answer. */
  async read(): Promise<Counters | undefined> {
    const process_ = this.#processes;
    const counters = await readCounters(this.#url).catch(() => undefined);
    if (counters === undefined || process_ !== this.#processes) return undefined;
    this.#current = counters;
    return this.total;
  }

  /**
   * Waits until nothing is under way: queues empty, and no log record or span came or went for a while. When one process
   * has read all the `lines` there are (where they can be counted), its count must also be that of the lines; after a
   * restart some lines may be read twice, and those that a killed process had read are not known, so that only quiet is
   * left to go by. False where the time is up or `signal` aborts before that.
   */
  async drain({
    lines,
    timeoutMs,
    signal,
    goesOn = false,
  }: {
    lines?: Pick<LineCounter, 'count'>;
    timeoutMs: number;
    signal: AbortSignal | undefined;
    /** The stack goes on running: its metrics never end, and are not waited for. */
    goesOn?: boolean;
  }): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    let last = '';
    const quietMs = goesOn ? QUIET_RUNNING_MS : QUIET_MS;
    let quietSince = Date.now();
    while (Date.now() < deadline && !signal?.aborted) {
      const counters = await this.read();
      const state = counters === undefined ? 'no answer' : stateOf(counters);
      if (state !== last || counters === undefined || underWay(counters, goesOn)) {
        last = state;
        quietSince = Date.now();
      } else if (Date.now() - quietSince >= quietMs) {
        if (lines === undefined || this.#processes > 1 || counters.linesRead >= (await lines.count()))
          return true;
      }
      await sleep(POLL_MS);
    }
    return false;
  }
}

const underWay = ({ queued }: Counters, goesOn: boolean): boolean =>
  queued.logs + queued.traces + (goesOn ? 0 : queued.metrics) > 0;

// Metrics come until the end: the collector reads the stores itself.
const stateOf = ({ accepted, sent, linesRead }: Counters): string =>
  [accepted.logs, accepted.traces, sent.logs, sent.traces, linesRead].join();
