import { createHash } from 'node:crypto';
import type { RejectReason } from '../errors.ts';
import { type EventCheck, type MappedObject, mapObject } from '../map/raw-object.ts';
import type { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';
import { rawName, unpack } from '../read/raw-object.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { deadLetters } from './dead-letter.ts';
import { encodePart } from './part.ts';
import { deadLetterKey, PART_VERSION, type PartSet, partRowsKey, partSetKey } from './part-set.ts';
import { sortedOrder, viewOf } from './rows-view.ts';

/**
 * One raw object → its part set. Everything put has a key and bytes that follow from the raw object alone, so that doing it
 * again, or twice at once, changes nothing.
 *
 *     get raw ─► read, map, sort ─► put rows ─► put dead letters ─► put part set (the mark that it is done)
 */
export async function convertObject({
  raw,
  record,
  key,
  rows,
  check,
}: {
  raw: ObjectStore;
  record: RunRecord;
  key: string;
  /** To be used again for the next object. */
  rows: Rows;
  /** What it finds wrong becomes a dead letter. */
  check: EventCheck;
}): Promise<PartSet> {
  const name = rawName(key);
  if (!name) throw new RangeError(`no raw object: ${key}`);
  const { signal } = name;
  const { run_id: runId, window } = record;
  const packed = await raw.get(key);
  const unpacked = unpack({ key, bytes: packed });
  rows.clear();
  const refused = typeof unpacked === 'string';
  const mapped: MappedObject = refused
    ? { rows, outside: 0, rejected: [{ reason: unpacked, offset: 0, length: packed.length }] }
    : mapObject({
        bytes: unpacked,
        signal,
        rows,
        check,
        window: { start_ms: window.start_ms, end_ms: window.end_ms ?? Number.POSITIVE_INFINITY },
      });
  const { rejected, outside } = mapped;
  const view = viewOf(rows);
  const order = sortedOrder(view);
  const times = rows.numbers[SLOT.time] as Float64Array;
  const timeAt = (i: number | undefined): number | null => (i === undefined ? null : (times[i] as number));
  if (rows.length > 0) await raw.put(partRowsKey(runId, key), encodePart({ view, order }));
  if (rejected.length > 0) {
    const bytes = refused ? packed : unpacked;
    await raw.put(deadLetterKey(runId, key), deadLetters({ source: key, signal, bytes, rejected }));
  }
  const set: PartSet = {
    version: PART_VERSION,
    source: key,
    sha256: createHash('sha256').update(packed).digest('hex'),
    bytes: packed.length,
    signal,
    window,
    read: rows.length + rejected.length + outside,
    rows: rows.length,
    rejected: rejected.length,
    outside_window: outside,
    reasons: countReasons(rejected.map(({ reason }) => reason)),
    min_ms: timeAt(order[0]),
    max_ms: timeAt(order[order.length - 1]),
  };
  await raw.put(partSetKey(runId, key), Buffer.from(`${JSON.stringify(set)}\n`, 'utf8'));
  return set;
}

function countReasons(reasons: readonly RejectReason[]): Partial<Record<RejectReason, number>> {
  const counts: Partial<Record<RejectReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
