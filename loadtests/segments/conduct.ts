import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { Counters } from '../../infra/collector/counters.ts';
import { CampaignError } from '../campaign/errors.ts';
import { readDuration } from '../lib/duration.ts';
import { readPlan } from '../lib/read-plan.ts';
import type { LoadProgress } from '../load.ts';
import { EXIT } from '../runner/errors.ts';
import { type LaunchedPart, type Launcher, patiently, untilSaid } from './launcher.ts';
import { type LoadJob, LoadObjects, type SegmentState } from './objects.ts';

export type Ended = Extract<SegmentState, { state: 'ended' }>;

export interface Conducted {
  /** Of the job. */
  readonly load: string;
  /** By segment. */
  readonly segments: readonly Ended[];
  /** Of the collector, before any traffic; null where it did not answer. */
  readonly counters: Counters | null;
}

export interface ConductOptions {
  readonly raw: ObjectStore;
  readonly runId: string;
  readonly job: Omit<LoadJob, 'load'>;
  readonly launcher: Launcher;
  /** Ends the traffic in order: every segment sums up, and its points count. */
  readonly signal: AbortSignal;
  /** Ends at once what the signal has ended in order. */
  readonly cutOff?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly pollMs?: number;
  readonly limits?: Partial<Limits>;
}

/** Milliseconds after which what is waited for has failed. */
interface Limits {
  /** A task of Fargate is there in a minute; a large image takes longer. */
  readonly ready: number;
  /** Longer than the traffic is to last: for requests under way, changes to take back, and points to put. */
  readonly overtime: number;
  /** After that a segment that was told to stop is stopped: requests under way and changes to take back are over. */
  readonly stop: number;
  /** The same of one that was told not to wait: its points are still to be put. */
  readonly cutOff: number;
  /** ECS kills a task that was stopped. */
  readonly killed: number;
  /** For a task to be there, and have all changes taken back. */
  readonly revert: number;
}

const LIMITS: Limits = {
  ...{ ready: 600_000, overtime: 900_000, stop: 400_000, cutOff: 60_000 },
  ...{ killed: 150_000, revert: 900_000 },
};
const POLL_MS = 5_000;
/** Until the programs have read the go, and begun. */
const LEAD_MS = 10_000;
/** Exit codes of a segment that has done what it could. */
const IN_ORDER: readonly number[] = [EXIT.ok, EXIT.thresholdsFailed, EXIT.interrupted];

/**
 * Has all segments of a load carried out at the same time, and waits for them.
 * @throws LOAD_TASK_FAILED when one cannot be started, or ends without its points: the others are then ended in order, and
 *   what the load has changed is taken back
 */
export async function conduct(options: ConductOptions): Promise<Conducted> {
  const { raw, runId, launcher, signal } = options;
  const limits = { ...LIMITS, ...options.limits };
  const job: LoadJob = { load: randomUUID(), ...options.job };
  const objects = new LoadObjects({ raw, runId, load: job.load });
  await objects.put('job', job);
  const parts: LaunchedPart[] = [];
  const lengthMs = lengthOf(job.env);
  const waiting: Waiting = { ...options, limits, parts, objects };
  let going = false;
  try {
    for (let number = 1; number <= job.segments; number += 1) {
      signal.throwIfAborted();
      parts.push(await launcher.start({ part: String(number), load: job.load }));
    }
    const states = await untilAll({ ...waiting, state: 'ready', withinMs: limits.ready });
    signal.throwIfAborted();
    const [first] = states;
    going = true;
    await objects.put('go', { start_ms: Date.now() + LEAD_MS });
    const withinMs = LEAD_MS + lengthMs + limits.overtime;
    const ended = await untilAll({ ...waiting, state: 'ended', withinMs });
    return {
      load: job.load,
      segments: ended as Ended[],
      counters: first?.state === 'ready' ? first.counters : null,
    };
  } catch (error) {
    if (going) await takeBack({ ...waiting, error: error as Error });
    else await Promise.allSettled(parts.map((part) => part.stop()));
    throw error;
  }
}

/** Of the traffic, in milliseconds. */
function lengthOf(env: LoadJob['env']): number {
  const { FAULTLINE_DURATION: text = '1s' } = env;
  const durationMs = readDuration({ name: 'FAULTLINE_DURATION', text });
  return Math.max(durationMs, readPlan({ env })?.duration_ms ?? 0);
}

interface Waiting extends ConductOptions {
  readonly limits: Limits;
  readonly parts: readonly LaunchedPart[];
  readonly objects: LoadObjects;
}

/** After a failure: has the others end in order, stops who does not, and has all taken back that is as a change left it. */
async function takeBack({
  launcher,
  parts,
  objects,
  limits,
  cutOff,
  pollMs = POLL_MS,
  error,
}: Waiting & { error: Error }): Promise<void> {
  const cut_off = cutOff?.aborted === true;
  await objects.put('stop', { cut_off }).catch(() => {});
  const look = patiently(() => launcher.ended(parts), Number.POSITIVE_INFINITY);
  let left = parts;
  const untilEnded = async (withinMs: number) => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const ends = (await look()) ?? [];
      left = parts.filter((_, i) => ends[i] === undefined);
      if (left.length === 0 || Date.now() > deadline) return;
      await sleep(pollMs);
    }
  };
  await untilEnded(cut_off ? limits.cutOff : limits.stop);
  await Promise.allSettled(left.map((part) => part.stop()));
  await untilEnded(limits.killed);
  await untilSaid({
    ...{ launcher, withinMs: limits.revert, pollMs },
    part: { part: 'revert', load: objects.load },
    said: () => objects.get('reverted'),
    must: `${error.message}; what it has changed must be taken back`,
  });
}

async function untilAll({
  job: { segments },
  launcher,
  parts,
  objects,
  state,
  withinMs,
  limits,
  signal,
  cutOff,
  onProgress,
  pollMs = POLL_MS,
}: Waiting & { state: 'ready' | 'ended'; withinMs: number }): Promise<SegmentState[]> {
  let deadline = Date.now() + withinMs;
  let told: 'stop' | 'cut off' | undefined;
  const tell = async (what: 'stop' | 'cut off', endMs: number) => {
    await objects.put('stop', { cut_off: what === 'cut off' });
    told = what;
    deadline = Date.now() + endMs;
  };
  const look = patiently(async () => {
    if (cutOff?.aborted && told !== 'cut off') await tell('cut off', limits.cutOff);
    else if (signal.aborted && told === undefined) await tell('stop', limits.stop);
    // asked for first: one that has ended has put its last state before
    const ends = await launcher.ended(parts);
    const states = await Promise.all(parts.map((_, i) => objects.get(i + 1)));
    if (told === undefined && states.some(hasFailed)) await tell('stop', limits.stop);
    return { ends, states };
  });
  for (;;) {
    if (signal.aborted && state === 'ready') signal.throwIfAborted();
    const seen = await look();
    if (seen) {
      const { ends, states } = seen;
      if (states.every((one) => one?.state === state)) return states as SegmentState[];
      const gone = ends.findIndex((end, i) => end !== undefined && states[i]?.state !== 'ended');
      if (gone >= 0) throw failed(gone, segments, `${parts[gone]?.name} has ended: ${ends[gone]}`);
      onProgress?.(progressOf(states));
      if (Date.now() > deadline) {
        const late = states.findIndex((one) => one?.state !== state);
        throw failed(late, segments, `${parts[late]?.name} was not ${state} in time`);
      }
    }
    // what is still to be told is told at once, but for a bucket that does not take it
    const untold = [told === undefined && signal, told !== 'cut off' && cutOff].filter((one) => !!one);
    await sleep(pollMs, undefined, seen ? { signal: AbortSignal.any(untold) } : {}).catch(() => {});
  }
}

/** Its part of the traffic is missing: that of the others is of no use. */
const hasFailed = (state: SegmentState | undefined): boolean =>
  state?.state === 'ended' && !IN_ORDER.includes(state.exit_code);

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
