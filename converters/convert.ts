import { AHEAD, converterOf, STREAMS_AHEAD } from './converter.ts';
import type { RejectReason } from './errors.ts';
import { inLanes } from './lanes.ts';
import { Leftovers } from './parts/leftovers.ts';
import { madePartSet } from './parts/made.ts';
import type { Converted } from './parts/object-converter.ts';
import type { Part, PartSet } from './parts/part-set.ts';
import { rawKeys } from './read/raw-keys.ts';
import type { Signal } from './read/raw-object.ts';
import type { RunRecord } from './run/record.ts';
import { parseRunId } from './run/run-id.ts';
import type { ObjectStore } from './store/store.ts';

export interface ConvertProgress {
  readonly objects: number;
  readonly rows: number;
}

export interface ConvertReport {
  readonly objects: number;
  /** Bytes of the raw objects as stored. */
  readonly bytes: number;
  readonly signals: Readonly<
    Record<Signal, { read: number; rows: number; rejected: number; outside_window: number }>
  >;
  readonly reasons: Readonly<Partial<Record<RejectReason, number>>>;
  /** Events that were built and checked against the OCSF schema: one of each shape, by each thread. */
  readonly validated: number;
  /** Least and greatest time of the rows, epoch ms; null where there are none. */
  readonly times: { readonly min_ms: number; readonly max_ms: number } | null;
}

/**
 * All raw objects of a run → one part set each under `parts/<run-id>/`. May be stopped and done again at any time: when it
 * was stopped or failed, no object is left half-way. The bytes are the same for any number of threads.
 * @throws `CANCELLED`, and what the store throws
 */
export async function convertRun({
  raw,
  source = raw,
  record,
  workers = 1,
  missing = false,
  keys,
  onConverted,
  onProgress,
  signal,
}: {
  raw: ObjectStore;
  /** Where the raw objects lie, if it is elsewhere. */
  source?: ObjectStore;
  record: RunRecord;
  /** Threads; 1 is this one, and so is any number for a store in its memory. */
  workers?: number;
  /** Only those objects that have no part set yet, as it would be made now. */
  missing?: boolean;
  /** These raw objects alone; default: all of the run. */
  keys?: AsyncIterable<string>;
  /** Told of each when its part set was put. */
  onConverted?: (set: PartSet) => Promise<void>;
  onProgress?: (progress: ConvertProgress) => void;
  signal?: AbortSignal;
}): Promise<ConvertReport> {
  const [tally, leftovers] = [new Tally(), new Leftovers(parseRunId(record.run_id))];
  const converter = converterOf({ raw, source, workers });
  try {
    await inLanes({
      items: keys ?? rawKeys({ raw: source, record }),
      count: (record.target === 'foreign' ? STREAMS_AHEAD : AHEAD) * workers,
      signal,
      what: `converting run ${record.run_id}`,
      lane: () => async (key) => {
        const made = missing ? await madePartSet({ raw, record, key }) : undefined;
        const converted = made ? { set: made, validated: 0 } : await converter.convert({ record, key });
        tally.add(converted);
        leftovers.add(converted.set);
        onProgress?.({ objects: tally.objects, rows: tally.rows });
        await onConverted?.(converted.set);
      },
    });
  } finally {
    await converter.close();
  }
  if (!keys) await leftovers.remove(raw);
  return tally.report();
}

class Tally {
  objects = 0;
  rows = 0;
  #bytes = 0;
  #validated = 0;
  #times: ConvertReport['times'] = null;
  readonly #reasons: Partial<Record<RejectReason, number>> = {};
  readonly #signals: Record<
    Signal,
    { read: number; rows: number; rejected: number; outside_window: number }
  > = {
    logs: { read: 0, rows: 0, rejected: 0, outside_window: 0 },
    traces: { read: 0, rows: 0, rejected: 0, outside_window: 0 },
    metrics: { read: 0, rows: 0, rejected: 0, outside_window: 0 },
  };

  add({ set, validated }: Converted): void {
    this.#validated += validated;
    this.objects += 1;
    this.#bytes += set.bytes;
    for (const part of set.parts) this.#addPart(part);
  }

  #addPart({ signal, read, rows, rejected, outside_window, reasons, min_ms, max_ms }: Part): void {
    if (min_ms !== null && max_ms !== null)
      this.#times = {
        min_ms: Math.min(min_ms, this.#times?.min_ms ?? min_ms),
        max_ms: Math.max(max_ms, this.#times?.max_ms ?? max_ms),
      };
    const line = this.#signals[signal];
    line.read += read;
    line.rows += rows;
    line.rejected += rejected;
    line.outside_window += outside_window;
    this.rows += rows;
    for (const [reason, count] of Object.entries(reasons) as [RejectReason, number][]) {
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + count;
    }
  }

  report(): ConvertReport {
    return {
      objects: this.objects,
      bytes: this.#bytes,
      signals: this.#signals,
      reasons: this.#reasons,
      validated: this.#validated,
      times: this.#times,
    };
  }
}
