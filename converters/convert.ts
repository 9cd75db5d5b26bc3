import type { RejectReason } from './errors.ts';
import { inLanes } from './lanes.ts';
import { Rows } from './map/rows.ts';
import { ShapeCheck } from './ocsf/shapes.ts';
import { convertObject } from './parts/convert-object.ts';
import type { PartSet } from './parts/part-set.ts';
import { rawKeys } from './read/raw-keys.ts';
import type { Signal } from './read/raw-object.ts';
import type { RunRecord } from './run/record.ts';
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
  /** Events that were built and checked against the OCSF schema: those of each shape in an object. */
  readonly validated: number;
}

/**
 * All raw objects of a run → one part set each under `parts/<run-id>/`. May be stopped and done again at any time: when it
 * was stopped or failed, no object is left half-way.
 * @throws `CANCELLED`, and what the store throws
 */
export async function convertRun({
  raw,
  record,
  concurrency = 4,
  onProgress,
  signal,
}: {
  raw: ObjectStore;
  record: RunRecord;
  /** Objects in flight at once: the work is done on one thread, the rest waits for the store. */
  concurrency?: number;
  onProgress?: (progress: ConvertProgress) => void;
  signal?: AbortSignal;
}): Promise<ConvertReport> {
  const check = new ShapeCheck();
  const tally = new Tally();
  await inLanes({
    items: rawKeys({ raw, record }),
    count: concurrency,
    signal,
    what: `converting run ${record.run_id}`,
    lane: () => {
      const rows = new Rows();
      return async (key) => {
        tally.add(await convertObject({ raw, record, key, rows, check }));
        onProgress?.({ objects: tally.objects, rows: tally.rows });
      };
    },
  });
  return tally.report(check.checked);
}

class Tally {
  objects = 0;
  rows = 0;
  #bytes = 0;
  readonly #reasons: Partial<Record<RejectReason, number>> = {};
  readonly #signals: Record<
    Signal,
    { read: number; rows: number; rejected: number; outside_window: number }
  > = {
    logs: { read: 0, rows: 0, rejected: 0, outside_window: 0 },
    traces: { read: 0, rows: 0, rejected: 0, outside_window: 0 },
    metrics: { read: 0, rows: 0, rejected: 0, outside_window: 0 },
  };

  add(set: PartSet): void {
    const line = this.#signals[set.signal];
    line.read += set.read;
    line.rows += set.rows;
    line.rejected += set.rejected;
    line.outside_window += set.outside_window;
    this.objects += 1;
    this.rows += set.rows;
    this.#bytes += set.bytes;
    for (const [reason, count] of Object.entries(set.reasons) as [RejectReason, number][]) {
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + count;
    }
  }

  report(validated: number): ConvertReport {
    return {
      objects: this.objects,
      bytes: this.#bytes,
      signals: this.#signals,
      reasons: this.#reasons,
      validated,
    };
  }
}
