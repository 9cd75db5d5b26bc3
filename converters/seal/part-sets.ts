import { ConverterError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { beginsInside, hasAllOf } from '../parts/made.ts';
import { type PartSet, partSetKey, partSetShape, partsPrefix } from '../parts/part-set.ts';
import { rawKeys } from '../read/raw-keys.ts';
import type { RunRecord } from '../run/record.ts';
import { parseShape } from '../run/shape.ts';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';

const AT_ONCE = 64;

/**
 * The part set of every raw object of a run, in the order of their sources. A part set may have been made for a longer window
 * than the record's: while the run went on, or before it was known when foreign telemetry begins and ends.
 * @throws `PART_MISSING`, `PART_INVALID`, `CANCELLED`
 */
export async function loadPartSets({
  raw,
  record,
  signal,
}: {
  raw: ObjectStore;
  record: RunRecord;
  signal?: AbortSignal | undefined;
}): Promise<PartSet[]> {
  const sets: PartSet[] = [];
  await inLanes({
    items: partSetKeys({ raw, record }),
    count: AT_ONCE,
    signal,
    what: `sealing run ${record.run_id}`,
    lane: () => async (of) => {
      sets.push(await loadPartSet({ raw, record, ...of }));
    },
  });
  const { objects } = record.raw;
  if (objects !== undefined && objects !== sets.length)
    throw new ConverterError(
      'PART_MISSING',
      `run ${record.run_id} was converted from ${objects} objects, and ${sets.length} have a part set`,
    );
  return sets.sort((a, b) => (a.source < b.source ? -1 : 1));
}

interface SetPlace {
  readonly key: string;
  /** Undefined where the part set alone says it. */
  readonly source?: string;
}

/** Foreign objects may be anywhere, and more may have come: what was converted counts. */
async function* partSetKeys({
  raw,
  record,
}: {
  raw: ObjectStore;
  record: RunRecord;
}): AsyncIterable<SetPlace> {
  const { run_id: runId, target } = record;
  if (target === 'foreign') {
    for await (const { key } of raw.list(partsPrefix(runId))) if (key.endsWith('.json')) yield { key };
    return;
  }
  for await (const source of rawKeys({ raw, record })) yield { key: partSetKey(runId, source), source };
}

/** @throws `PART_MISSING`, `PART_INVALID` */
export async function loadPartSet({
  raw,
  record,
  key,
  source,
}: SetPlace & { raw: ObjectStore; record: RunRecord }): Promise<PartSet> {
  let bytes: Uint8Array;
  try {
    bytes = await raw.get(key);
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
    throw new ConverterError('PART_MISSING', `raw object ${source} has no part set ${key}`, { cause: error });
  }
  const { value: set, problems } = parseShape<PartSet>({ bytes, check: partSetShape, root: 'part set' });
  if (set === undefined)
    throw new ConverterError('PART_INVALID', `part set ${key} is none: ${problems.slice(0, 3).join('; ')}`);
  const { start_ms, end_ms } = set.window;
  const isOf = key === partSetKey(record.run_id, set.source) && (source ?? set.source) === set.source;
  if (!isOf || !fits(set, record))
    throw new ConverterError(
      'PART_INVALID',
      `part set ${key} must be of window ${record.window.start_ms}..${record.window.end_ms}, ` +
        `got ${set.source}, window ${start_ms}..${end_ms}`,
    );
  return set;
}

/** Rows behind the end are left out by the merge; those before the start would be written. */
const fits = (set: PartSet, record: RunRecord): boolean => hasAllOf(set, record) && beginsInside(set, record);
