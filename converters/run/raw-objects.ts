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
  const { start_ms, until_ms } = uploadSpan(record);
  const { prefix } = record.raw;
  const first = minutePrefix({ prefix, at_ms: start_ms });
  const last = minutePrefix({ prefix, at_ms: until_ms });
  for await (const object of raw.list(`${prefix}/`, { startAfter: first })) {
    if (!object.key.startsWith(last) && compareKeys(object.key, last) > 0) return;
    if (!(putAt(object.key) > until_ms)) yield object;
  }
}

/** NaN where the name does not say. */
function putAt(key: string): number {
  const [, high, low] = UUID_V7.exec(key) ?? [];
  return Number.parseInt(`${high}${low}`, 16);
}

function uploadSpan({ run_id, window, raw }: RunRecord): { start_ms: number; until_ms: number } {
  if (window.end_ms === null || raw.drained_ms === null) throw runNotComplete(run_id);
  return { start_ms: window.start_ms, until_ms: Math.max(window.end_ms, raw.drained_ms) };
}
