import type { RunRecord } from '../../converters/run/record.ts';
import type { RunId } from '../../converters/run/run-id.ts';
import { claimRun, completeRun, recordKey } from '../../converters/run/runs.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { CollectorReport } from '../../infra/target.ts';
import type { LoadResult } from '../load.ts';

/** A run that has its id and is not complete yet. */
export interface OpenRun {
  readonly runId: RunId;
  /** @throws `RUN_NOT_FOUND`, `RUN_CHANGED` */
  complete(facts: RunFacts): Promise<RunRecord>;
  /** Gives the id back: nothing of the run is to be kept. */
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

/** Takes the id; of two commands with one id exactly one goes on. @throws `RUN_ID_TAKEN` */
export async function openRun({
  raw,
  runId,
  target,
  seed,
  rawPrefix,
}: {
  raw: ObjectStore;
  runId: RunId;
  target: RunRecord['target'];
  seed: number;
  rawPrefix: string;
}): Promise<OpenRun> {
  const claimed: RunRecord = {
    schema_version: 1,
    run_id: runId,
    state: 'running',
    target,
    seed,
    window: { start_ms: Date.now(), end_ms: null },
    raw: { prefix: rawPrefix, drained_ms: null },
    time_scale: 1,
    plan_hash: null,
    traffic: null,
    counters: {},
    versions: {},
  };
  await claimRun({ raw, record: claimed });
  return {
    runId,
    async complete({ window, drainedMs, traffic, counters, versions }) {
      const record: RunRecord = {
        ...claimed,
        state: 'complete',
        window,
        raw: { prefix: rawPrefix, drained_ms: drainedMs },
        traffic,
        counters,
        versions,
      };
      await completeRun({ raw, record });
      return record;
    },
    abandon: () => raw.delete(recordKey(runId)),
  };
}

export type CollectorLosses = Pick<CollectorReport, 'refused' | 'sendFailed' | 'enqueueFailed' | 'queued'> &
  Partial<Pick<CollectorReport, 'processEventsLost'>>;

/** What the client and the collector say that they lost, by their own counters. */
export function lossCounters({
  load,
  collector,
}: {
  load: LoadResult;
  collector: CollectorLosses;
}): Record<string, number | null> {
  const total = ({ logs, traces, metrics }: CollectorReport['refused']) => logs + traces + metrics;
  return {
    client_dropped_iterations: load.droppedIterations,
    collector_refused: total(collector.refused),
    collector_send_failed: total(collector.sendFailed),
    collector_enqueue_failed: total(collector.enqueueFailed),
    collector_left_in_queue: collector.queued,
    process_events_lost: collector.processEventsLost ?? null,
  };
}
