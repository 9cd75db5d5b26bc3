import { ConverterError } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { PART_VERSION, type PartSet, partSetKey } from '../parts/part-set.ts';
import { rawKeys } from '../read/raw-keys.ts';
import type { RunRecord } from '../run/record.ts';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';

const AT_ONCE = 16;

/**
 * The part set of every raw object of a run, in the order of their sources. A part set was made for a window that began as the
 * record's does, and ended there or was still open.
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
    items: rawKeys({ raw, record }),
    count: AT_ONCE,
    signal,
    what: `sealing run ${record.run_id}`,
    lane: () => async (source) => {
      sets.push(await load({ raw, record, source }));
    },
  });
  return sets.sort((a, b) => (a.source < b.source ? -1 : 1));
}

async function load({
  raw,
  record,
  source,
}: {
  raw: ObjectStore;
  record: RunRecord;
  source: string;
}): Promise<PartSet> {
  const key = partSetKey(record.run_id, source);
  let bytes: Uint8Array;
  try {
    bytes = await raw.get(key);
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
    throw new ConverterError('PART_MISSING', `raw object ${source} has no part set ${key}`, { cause: error });
  }
  let set: PartSet;
  try {
    set = JSON.parse(Buffer.from(bytes).toString('utf8')) as PartSet;
  } catch (error) {
    throw new ConverterError('PART_INVALID', `part set ${key} is no JSON`, { cause: error });
  }
  const { start_ms, end_ms } = set.window ?? {};
  const fits = start_ms === record.window.start_ms && (end_ms === null || end_ms === record.window.end_ms);
  if (set.version !== PART_VERSION || set.source !== source || !fits) {
    const want = `version ${PART_VERSION}, window ${record.window.start_ms}..${record.window.end_ms}`;
    throw new ConverterError(
      'PART_INVALID',
      `part set ${key} must be of ${want}, got version ${set.version}, window ${start_ms}..${end_ms}`,
    );
  }
  return set;
}
