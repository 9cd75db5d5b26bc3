import { abandonRun, claimRun, type TakenOver } from '../../converters/run/claim.ts';
import { thisOwner } from '../../converters/run/owner.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import type { RunId } from '../../converters/run/run-id.ts';
import { completeRun } from '../../converters/run/runs.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { CollectorReport } from '../../infra/target.ts';
import type { LoadResult } from '../load.ts';

/** A run that has its id and is not complete yet. */
export interface OpenRun {
  readonly runId: RunId;
  /** The id was that of a run whose process is gone. */
  readonly takenOver: TakenOver | undefined;
  /** @throws `RUN_NOT_FOUND`, `RUN_CHANGED` */
  complete(facts: RunFacts): Promise<RunRecord>;
  /** Gives the id back: nothing of the run is kept. */
  abandon(): Promise<void>;
}

export interface RunFacts {
  readonly window: { readonly start_ms: number; readonly end_ms: number };
  /** Until when raw objects were put. */
  readonly drainedMs: number;
  readonly traffic: RunRecord['traffic'];
  readonly counters: RunRecord['counters'];
  readonly versions: RunRecord['versions'];
}

/** Takes the id, also that of a run that was killed; of two commands with one id exactly one goes on. @throws `RUN_ID_TAKEN` */
export async function openRun({
  raw,
  runId,
  target,
  seed,
  rawPrefix,
  startMs = Date.now(),
  timeScale = 1,
  scaled = {},
  planHash = null,
}: {
  raw: ObjectStore;
  runId: RunId;
  target: RunRecord['target'];
  seed: number;
  rawPrefix: string;
  /** No later than the window of the run will begin. */
  startMs?: number;
  /** How many times faster than in life the changes hold; 1 without changes. */
  timeScale?: number;
  /** What grows with it. */
  scaled?: Readonly<Record<string, number>>;
  planHash?: string | null;
}): Promise<OpenRun> {
  const claimed: RunRecord = {
    schema_version: 1,
    run_id: runId,
    state: 'running',
    owner: await thisOwner(),
    target,
    seed,
    window: { start_ms: startMs, end_ms: null },
    raw: { prefix: rawPrefix, drained_ms: null },
    time_scale: timeScale,
    scaled,
    plan_hash: planHash,
    traffic: null,
    counters: {},
    versions: {},
  };
  const takenOver = await claimRun({ raw, record: claimed });
  return {
    runId,
    takenOver,
    async complete({ window, drainedMs, traffic, counters, versions }) {
      const record = {
        ...claimed,
        state: 'complete' as const,
        window,
        raw: { prefix: rawPrefix, drained_ms: drainedMs },
        traffic,
        counters,
        versions,
      };
      return completeRun({ raw, record });
    },
    abandon: () => abandonRun({ raw, record: claimed }),
  };
}

type Losses = Pick<CollectorReport, 'accepted' | 'refused' | 'sendFailed' | 'enqueueFailed' | 'queued'>;
/** What is known of a collector that was stopped, and not of one that goes on running. */
type EndLosses = Pick<CollectorReport, 'drained' | 'lines' | 'linesRead' | 'processes' | 'processEventsLost'>;

/**
 * What the client, the collector and the operator lost, by their own counters. Null is what cannot be known: of a stack that
 * goes on running, or lines of a collector of several processes, each of which may have read some again; or what one lost that
 * has begun to count anew since the run began, so that it now has accepted fewer than before.
 */
export function lossCounters({
  load,
  collector,
  deploymentsUntold = null,
}: {
  load: Pick<LoadResult, 'droppedIterations'>;
  collector: Losses & Partial<EndLosses>;
  /** First deployments that the operator took no note of. */
  deploymentsUntold?: number | null;
}): Record<string, number | null> {
  const total = ({ logs, traces, metrics }: CollectorReport['refused']) => logs + traces + metrics;
  const { accepted, drained, lines, linesRead, processes } = collector;
  const anew = Object.values(accepted).some((count) => count < 0);
  const lost = (counts: CollectorReport['refused']) => (anew ? null : total(counts));
  const linesKnown = lines !== undefined && lines !== null && linesRead !== undefined && processes === 1;
  return {
    client_dropped_iterations: load.droppedIterations,
    collector_refused: lost(collector.refused),
    collector_send_failed: lost(collector.sendFailed),
    collector_enqueue_failed: lost(collector.enqueueFailed),
    collector_left_in_queue: total(collector.queued),
    collector_not_drained: drained === undefined ? null : Number(!drained),
    collector_lines_not_read: linesKnown ? Math.max(0, lines - linesRead) : null,
    process_events_lost: collector.processEventsLost ?? null,
    deployments_untold: deploymentsUntold,
  };
}
