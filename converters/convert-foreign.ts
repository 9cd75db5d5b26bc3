import { type ConvertProgress, type ConvertReport, convertRun } from './convert.ts';
import { abandonRun, claimRun } from './run/claim.ts';
import { nothingToConvert } from './run/errors.ts';
import { thisOwner } from './run/owner.ts';
import type { RunRecord } from './run/record.ts';
import type { RunId } from './run/run-id.ts';
import { completeRun } from './run/runs.ts';
import type { ObjectStore } from './store/store.ts';

/** All times that an event may have: the end exclusive. */
const ALL_TIMES = { start_ms: 1e12, end_ms: 1e13 - 1 } as const;

export interface ForeignOptions {
  /** Telemetry of any collector. Only read. */
  readonly source: ObjectStore;
  /** Puts the telemetry into `source` when the id is the run's. */
  readonly bring?: () => Promise<unknown>;
  /** Where the run's record, its parts and its dead letters are put. */
  readonly raw: ObjectStore;
  readonly runId: RunId;
  /** Event time, epoch ms; what lies outside is counted and left out. Default: all. */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly workers: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ConvertProgress & { readonly of: number }) => void;
}

/**
 * Converts telemetry that was not made here: a run of its own, complete when all that lies there was read. Its window is the
 * one asked for, else that of what was found. A run that fails is given up, and its id is free again.
 * @throws `RUN_ID_TAKEN`, `NOTHING_TO_CONVERT`, `CANCELLED`, and what the stores and `bring` throw
 */
export async function convertForeign({
  source,
  bring,
  raw,
  runId,
  sinceMs = ALL_TIMES.start_ms,
  untilMs = ALL_TIMES.end_ms,
  workers,
  versions,
  signal,
  onProgress,
}: ForeignOptions): Promise<{ record: RunRecord; report: ConvertReport }> {
  const counted = async () => {
    let objects = 0;
    for await (const _ of source.list('')) objects++;
    if (objects === 0) throw nothingToConvert({ runId, from: source.url, why: 'there is no object' });
    return objects;
  };
  const there = bring ? undefined : await counted();
  const begun: RunRecord = {
    ...{ schema_version: 1, run_id: runId, state: 'running', owner: await thisOwner() },
    ...{ target: 'foreign', seed: 0, time_scale: 1, plan_hash: null, traffic: null, counters: {}, versions },
    window: { start_ms: sinceMs, end_ms: untilMs },
    raw: { prefix: source.url, drained_ms: null },
  };
  await claimRun({ raw, record: begun });
  try {
    await bring?.();
    const of = there ?? (await counted());
    const report = await convertRun({
      ...{ raw, source, record: begun, workers },
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, of }) }),
    });
    const { times: found } = report;
    if (!found) throw nothingToConvert({ runId, from: source.url, why: whyNone(report) });
    const start_ms = sinceMs === ALL_TIMES.start_ms ? found.min_ms : sinceMs;
    const end_ms = untilMs === ALL_TIMES.end_ms ? found.max_ms + 1 : untilMs;
    const record = await completeRun({
      raw,
      record: {
        ...{ ...begun, state: 'complete', window: { start_ms, end_ms } },
        raw: { ...begun.raw, drained_ms: end_ms, objects: report.objects },
      },
    });
    return { record, report };
  } catch (error) {
    await abandonRun({ raw, record: begun });
    throw error;
  }
}

function whyNone({ signals, reasons }: ConvertReport): string {
  const all = Object.values(signals);
  const sum = (pick: (line: (typeof all)[number]) => number) =>
    all.reduce((total, line) => total + pick(line), 0);
  const why = Object.entries(reasons).map(([reason, count]) => `${count} × ${reason}`);
  const outside = sum((line) => line.outside_window);
  if (outside > 0) why.push(`${outside} × outside of the window`);
  return `of ${sum((line) => line.read)} records none was taken (${why.join(', ') || 'all objects are empty'})`;
}
