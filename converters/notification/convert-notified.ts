import { isAsMadeFor, madePartSet } from '../parts/made.ts';
import type { ConvertOne } from '../parts/object-converter.ts';
import type { PartSet } from '../parts/part-set.ts';
import { rawName } from '../read/raw-object.ts';
import { RunError } from '../run/errors.ts';
import type { RunRecord } from '../run/record.ts';
import type { Runs } from '../run/run-index.ts';
import { readRun } from '../run/runs.ts';
import { isKey } from '../store/keys.ts';
import type { ObjectStore } from '../store/store.ts';
import type { CreatedObject } from './s3-event.ts';

/**
 * What became of an object that was notified.
 *
 * - converted: its part set was put
 * - known: it was there already, since notifications may come more than once
 * - no_run: no run holds it, or not yet; converting a run finds it
 * - gone: it was deleted before it was read
 * - no_telemetry: by its bucket or its key it is no raw object of ours
 */
export const OUTCOMES = ['converted', 'known', 'no_run', 'gone', 'no_telemetry'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Notified {
  readonly outcome: Outcome;
  readonly rows: number;
}

/** The key within a store of an object that was notified; undefined where it is none of its raw objects. */
export function rawKeyIn(store: ObjectStore, object: CreatedObject): string | undefined {
  const { prefix } = placeOf(store);
  const { key } = object;
  const base = prefix && `${prefix}/`;
  if (!isOfBucket(store, object) || !key.startsWith(base)) return undefined;
  const rest = key.slice(base.length);
  return rawName(rest) && isKey(rest) ? rest : undefined;
}

/** Whether an object that was notified lies in the bucket of a store. */
export const isOfBucket = (store: ObjectStore, { bucket }: CreatedObject): boolean =>
  bucket === placeOf(store).bucket;

function placeOf({ url }: ObjectStore): { bucket: string; prefix: string } {
  const [, bucket = folderName(url), prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(url) ?? [];
  return { bucket, prefix };
}

/** An S3 server over a folder calls its sub-folders buckets. */
const folderName = (url: string): string => decodeURIComponent(url.slice(url.lastIndexOf('/') + 1));

interface NotifiedOptions {
  readonly raw: ObjectStore;
  readonly runs: Runs;
  readonly convert: ConvertOne;
  readonly key: string;
}

/**
 * A raw object → its part set, for each run that holds it. Nothing is kept but in the store, and keys and bytes follow from the
 * object and the run's window alone, so that any number of these may work on the same objects. What throws may be tried again.
 */
export async function convertNotified(options: NotifiedOptions): Promise<Notified> {
  const { raw, runs, key } = options;
  const records = await runs.holding(key);
  let outcome: Outcome = records.length === 0 ? 'no_run' : 'known';
  let rows = 0;
  for (const record of records) {
    if (await madePartSet({ raw, record, key })) continue;
    try {
      for (const part of (await convertFor(record, options)).parts) rows += part.rows;
    } catch (error) {
      // Not by its class: it may come from another thread.
      if ((error as { code?: unknown }).code !== 'OBJECT_NOT_FOUND') throw error;
      return { outcome: 'gone', rows };
    }
    outcome = 'converted';
  }
  return { outcome, rows };
}

/** A run that has ended meanwhile may be converted as a whole at the same time: then the last word is that of its final window. */
async function convertFor(record: RunRecord, { raw, convert, key }: NotifiedOptions): Promise<PartSet> {
  const { set } = await convert({ record, key });
  if (record.state === 'complete') return set;
  const now = await readRun({ raw, runId: record.run_id }).catch((error) => {
    if (error instanceof RunError) return undefined; // given up
    throw error;
  });
  if (now?.state !== 'complete' || isAsMadeFor(set, now)) return set;
  return (await convert({ record: now, key })).set;
}
