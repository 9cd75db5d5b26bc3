import { compareKeys } from '../store/keys.ts';
import type { ObjectInfo, ObjectStore } from '../store/store.ts';
import { runNotComplete } from './errors.ts';
import type { RunRecord } from './record.ts';

/** `raw/2026/11/24/05/41/`: the prefix of what was uploaded in that minute (UTC). */
export function minutePrefix({ prefix, at_ms }: { prefix: string; at_ms: number }): string {
  const [year, month, day, hour, minute] = new Date(at_ms).toISOString().split(/\D/);
  return `${prefix}/${year}/${month}/${day}/${hour}/${minute}/`;
}

/** The collector names its objects by UUIDs of version 7, whose first 48 bits are epoch ms (RFC 9562 5.7). */
const UUID_V7 = /_([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\.[^/]+$/;

/** Later than all raw objects, and before what is no minute (`raw/runs/…`). */
const END_OF_TIME = Date.UTC(9999, 11, 31, 23, 59);

/**
 * The raw objects that may hold records of a run, in order of their keys, by one listing: those put in the minutes from
 * the start of its window until the collector had put everything, which may be long after the window's end. They may also
 * hold records of the time before and after it. What a stack that goes on running puts after the run was drained is left out, so that
 * the list is the same whenever it is made. @throws `RUN_NOT_COMPLETE`
 */
export async function* rawObjects({
  raw,
  record,
}: {
  raw: ObjectStore;
  record: RunRecord;
}): AsyncGenerator<ObjectInfo> {
  if (record.window.end_ms === null || record.raw.drained_ms === null) throw runNotComplete(record.run_id);
  const span = new UploadSpan(record);
  for await (const object of raw.list(span.prefix, { startAfter: span.first })) {
    if (span.isOver(object.key)) return;
    if (span.has(object.key)) yield object;
  }
}

/** Whether a raw object is one of those, by its key alone; of a run that is not complete, whether it may be. Foreign telemetry has no such keys. */
export const isObjectOf = (record: RunRecord, key: string): boolean =>
  record.target !== 'foreign' && new UploadSpan(record).has(key);

/** When the objects of a run were uploaded, in the words of their keys. */
class UploadSpan {
  readonly prefix: string;
  /** Just before the first key. */
  readonly first: string;
  readonly #last: string;
  readonly #untilMs: number;

  constructor({ window: { start_ms, end_ms }, raw: { prefix, drained_ms } }: RunRecord) {
    this.#untilMs = end_ms === null || drained_ms === null ? END_OF_TIME : Math.max(end_ms, drained_ms);
    this.prefix = `${prefix}/`;
    this.first = minutePrefix({ prefix, at_ms: start_ms });
    this.#last = minutePrefix({ prefix, at_ms: this.#untilMs });
  }

  has(key: string): boolean {
    const begun = key.startsWith(this.prefix) && compareKeys(key, this.first) > 0;
    return begun && !this.isOver(key) && !(putAt(key) > this.#untilMs);
  }

  isOver(key: string): boolean {
    return !key.startsWith(this.#last) && compareKeys(key, this.#last) > 0;
  }
}

/** NaN where the name does not say. */
function putAt(key: string): number {
  const [, high, low] = UUID_V7.exec(key) ?? [];
  return Number.parseInt(`${high}${low}`, 16);
}
