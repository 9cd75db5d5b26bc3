import type { RunRecord } from '../run/record.ts';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';
import { PART_VERSION, type PartSet, partSetKey } from './part-set.ts';

/**
 * The part set of a raw object, if it is there and leads to the same dataset and ledger as one that is made now. It may have
 * been made while the window was open at one or both of its ends. Raw objects never change, so that their bytes need not be read.
 */
export async function madePartSet({
  raw,
  record,
  key,
}: {
  raw: ObjectStore;
  record: RunRecord;
  key: string;
}): Promise<PartSet | undefined> {
  const set = await read(raw, partSetKey(record.run_id, key));
  if (set?.version !== PART_VERSION || set.source !== key) return undefined;
  return isAsMadeFor(set, record) ? set : undefined;
}

/** Whether it leads to the same dataset and ledger as one that is made for this record. */
export const isAsMadeFor = (set: PartSet, record: RunRecord): boolean =>
  isSameWindow(set, record) || (hasAllOf(set, record) && isAllInside(set, record));

async function read(raw: ObjectStore, key: string): Promise<PartSet | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await raw.get(key);
  } catch (error) {
    if (isStoreError(error, 'OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as PartSet;
  } catch {
    return undefined; // damaged: it is made again
  }
}

const isSameWindow = ({ window }: PartSet, record: RunRecord): boolean =>
  window.start_ms === record.window.start_ms && window.end_ms === record.window.end_ms;

const open = Number.POSITIVE_INFINITY;

/** Whether the window that it was made for holds that of the run. */
export const hasAllOf = ({ window }: PartSet, record: RunRecord): boolean =>
  window.start_ms <= record.window.start_ms && (window.end_ms ?? open) >= (record.window.end_ms ?? open);

/** Whether no row lies before the run's window. */
export const beginsInside = ({ parts }: PartSet, { window }: RunRecord): boolean =>
  parts.every(({ min_ms }) => (min_ms ?? open) >= window.start_ms);

/** Whether all rows lie in the run's window. A record that was rejected might lie outside, and count as that. */
const isAllInside = (set: PartSet, record: RunRecord): boolean =>
  beginsInside(set, record) &&
  set.parts.every(({ max_ms, rejected }) => rejected === 0 && (max_ms ?? 0) < (record.window.end_ms ?? open));
