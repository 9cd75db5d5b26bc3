import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { Counters } from '../../infra/collector/counters.ts';
import { CampaignError } from '../campaign/errors.ts';
import type { LoadProgress } from '../load.ts';
import { type LoadJob, LoadObjects, type SegmentState } from './objects.ts';

/** Starts processes that carry a load out, wherever they run. */
export interface Launcher {
  /** @param part the number of a segment, or `drain` */
  start(part: string): Promise<LaunchedPart>;
}

export interface LaunchedPart {
  /** For messages: a task's ARN. */
  readonly name: string;
  /** Undefined while it runs; else how it ended. */
  ended(): Promise<string | undefined>;
  stop(): Promise<void>;
}

export type Ended = Extract<SegmentState, { state: 'ended' }>;

export interface Conducted {
  /** By segment. */
  readonly segments: readonly Ended[];
  /** Of the collector, before any traffic; null where it did not answer. */
  readonly counters: Counters | null;
}

export interface ConductOptions {
  readonly raw: ObjectStore;
  readonly runId: string;
  readonly job: LoadJob;
  readonly launcher: Launcher;
  /** Ends the traffic in order: every segment sums up, and its points count. */
  readonly signal: AbortSignal;
  /** Ends at once what the signal has ended in order. */
  readonly cutOff?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly pollMs?: number;
}

/** Each look at each task is a question to ECS, which answers some twenty a second. */
const POLL_MS = 5_000;
/** A task of Fargate is there in a minute; a large image takes longer. */
const READY_WITHIN_MS = 600_000;
/** Until the programs have read the go, and begun. */
const LEAD_MS = 10_000;
/** After that a segment that was told to stop is stopped: requests under way and changes to take back are over. */
const STOP_WITHIN_MS = 400_000;
/** The same of one that was told not to wait: its points are still to be put. */
const CUT_OFF_WITHIN_MS = 60_000;

/**
 * Has all segments of a load carried out at the same time, and waits for them.
 * @throws LOAD_TASK_FAILED when one cannot be started, or ends without its points: the others are then stopped
 */
export async function conduct(options: ConductOptions): Promise<Conducted> {
  const { raw, runId, job, launcher, signal } = options;
  const objects = new LoadObjects({ raw, runId });
  await objects.put('job', job);
  const parts: LaunchedPart[] = [];
  try {
    for (let number = 1; number <= job.segments; number += 1) {
      signal.throwIfAborted();
      parts.push(await launcher.start(String(number)));
    }
    const states = await untilAll({ ...options, parts, objects, state: 'ready', withinMs: READY_WITHIN_MS });
    signal.throwIfAborted();
    const [first] = states;
    await objects.put('go', { start_ms: Date.now() + LEAD_MS });
    const ended = await untilAll({ ...options, parts, objects, state: 'ended' });
    return { segments: ended as Ended[], counters: first?.state === 'ready' ? first.counters : null };
  } catch (error) {
    await Promise.allSettled(parts.map((part) => part.stop()));
    throw error;
  }
}

interface Waiting extends ConductOptions {
  readonly parts: readonly LaunchedPart[];
  readonly objects: LoadObjects;
}

async function untilAll({
  job: { segments },
  parts,
  objects,
  state,
  withinMs = Number.POSITIVE_INFINITY,
  signal,
  cutOff,
  onProgress,
  pollMs = POLL_MS,
}: Waiting & { state: 'ready' | 'ended'; withinMs?: number }): Promise<SegmentState[]> {
  let deadline = Date.now() + withinMs;
  let told: 'stop' | 'cut off' | undefined;
  const tell = async (what: 'stop' | 'cut off', endMs: number) => {
    told = what;
    deadline = Date.now() + endMs;
    await objects.put('stop', { cut_off: what === 'cut off' });
  };
  for (;;) {
    if (signal.aborted && state === 'ready') signal.throwIfAborted();
    if (cutOff?.aborted && told !== 'cut off') await tell('cut off', CUT_OFF_WITHIN_MS);
    else if (signal.aborted && told === undefined) await tell('stop', STOP_WITHIN_MS);
    // asked for first: one that has ended has put its last state before
    const ends = await Promise.all(parts.map((part) => part.ended()));
    const states = await Promise.all(parts.map((_, i) => objects.get(i + 1)));
    if (states.every((one) => one?.state === state)) return states as SegmentState[];
    const gone = ends.findIndex((end, i) => end !== undefined && states[i]?.state !== 'ended');
    if (gone >= 0) throw failed(gone, segments, `${parts[gone]?.name} has ended: ${ends[gone]}`);
    onProgress?.(progressOf(states));
    if (Date.now() > deadline) {
      const late = states.findIndex((one) => one?.state !== state);
      throw failed(late, segments, `${parts[late]?.name} was not ${state} in time`);
    }
    await sleep(pollMs);
  }
}

const failed = (index: number, of: number, what: string) =>
  new CampaignError('LOAD_TASK_FAILED', `segment ${index + 1} of ${of} must leave its points, ${what}`);

/** Sums over the segments; the time is that of the one that is furthest. */
export function progressOf(states: readonly (SegmentState | undefined)[]): LoadProgress {
  const all = states.flatMap((one) => (one && 'progress' in one && one.progress ? [one.progress] : []));
  const sum = (of: (progress: LoadProgress) => number) => all.reduce((total, one) => total + of(one), 0);
  return {
    elapsedMs: Math.max(0, ...all.map(({ elapsedMs }) => elapsedMs)),
    iterations: sum(({ iterations }) => iterations),
    requests: sum(({ requests }) => requests),
    failures: sum(({ failures }) => failures),
    dropped: sum(({ dropped }) => dropped),
    requestsPerSecond: sum(({ requestsPerSecond }) => requestsPerSecond),
  };
}
