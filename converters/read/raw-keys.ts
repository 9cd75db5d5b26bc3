import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { rawName } from './raw-object.ts';

const MINUTE = 60_000;
/** Clocks may differ by so much: an object put shortly before the window's start is looked at too. */
const SLACK_MS = 5 * MINUTE;
const UPLOADED = /^(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\/(\d{2})\//;

/** `YYYY/MM/DD/HH/MM` of a time, UTC. */
const minutePath = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/');

/**
 * The raw objects in which a run's records can be: put between the start of its window and the end of its draining. The prefix
 * is the time of upload, and a record is never uploaded before it is made. Objects of other names are passed over.
 */
export async function* rawKeys({
  raw,
  record,
}: {
  raw: ObjectStore;
  record: RunRecord;
}): AsyncIterable<string> {
  const prefix = `${record.raw.prefix}/`;
  const first = `${prefix}${minutePath(record.window.start_ms - SLACK_MS)}`;
  const last = record.raw.drained_ms === null ? Number.POSITIVE_INFINITY : record.raw.drained_ms + SLACK_MS;
  for await (const { key } of raw.list(prefix, { startAfter: first })) {
    if (!rawName(key)) continue;
    const time = UPLOADED.exec(key.slice(prefix.length));
    if (time) {
      const [, year, month, day, hour, minute] = time;
      if (Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`) > last) return;
    }
    yield key;
  }
}
