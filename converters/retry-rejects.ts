import { createHash } from 'node:crypto';
import { convertRun } from './convert.ts';
import { ConverterError, type RejectReason } from './errors.ts';
import { deadLetterKey, letterKeys, type PartSet, partSetKey } from './parts/part-set.ts';
import { readRejects } from './parts/rejects.ts';
import type { RunRecord } from './run/record.ts';
import { loadPartSet } from './seal/part-sets.ts';
import type { ObjectStore } from './store/store.ts';

/** Records of the objects that were converted again. */
export interface RetryCounts {
  readonly rows: number;
  readonly rejected: number;
  readonly outside_window: number;
}

export interface RetryReport {
  /** Raw objects that had dead letters. */
  readonly objects: number;
  readonly before: RetryCounts;
  readonly after: RetryCounts;
  /** Of those that are still refused. */
  readonly reasons: Readonly<Partial<Record<RejectReason, number>>>;
}

/**
 * Converts those raw objects of a run again that have dead letters: of use when the converter takes now what it refused. Their
 * parts are replaced by those that a conversion of the whole run would make; the run must be sealed anew where any changed.
 *
 *     for each object: same bytes as then? ─► rows ─► dead letters ─► part set ─► letters that it has no more are removed
 *
 * The letters are the list of what is to be done, so that what was broken off is found when it is done again. Until then sealing
 * refuses the half: a part set names the checksum of its rows.
 * @throws `PART_MISSING` and `PART_INVALID` where the run was not converted as a whole; `SOURCE_CHANGED`; `CANCELLED`
 */
export async function retryRejects({
  raw,
  source = raw,
  record,
  workers = 1,
  signal,
}: {
  raw: ObjectStore;
  /** Where the raw objects lie, if it is elsewhere. */
  source?: ObjectStore;
  record: RunRecord;
  workers?: number;
  signal?: AbortSignal;
}): Promise<RetryReport> {
  const { run_id: runId } = record;
  const letters = await lettersBySource({ raw, runId });
  const before = new Counts();
  const after = new Counts();
  const { reasons } = await convertRun({
    ...{ raw, source, record, workers, ...(signal && { signal }) },
    keys: unchanged({ raw, source, record, keys: letters.keys(), onSet: (set) => before.add(set) }),
    onConverted: async (set) => {
      after.add(set);
      const kept = letterKeys(runId, set);
      for (const key of letters.get(set.source) ?? []) if (!kept.includes(key)) await raw.delete(key);
    },
  });
  return { objects: letters.size, before: before.records, after: after.records, reasons };
}

async function lettersBySource(of: { raw: ObjectStore; runId: string }): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for await (const { source, piece } of readRejects(of)) {
    const keys = found.get(source) ?? new Set();
    found.set(source, keys.add(deadLetterKey(of.runId, source, piece)));
  }
  return found;
}

/** The keys, each when its object was seen to be the one that its part set is of. */
async function* unchanged({
  raw,
  source,
  record,
  keys,
  onSet,
}: {
  raw: ObjectStore;
  source: ObjectStore;
  record: RunRecord;
  keys: Iterable<string>;
  onSet: (set: PartSet) => void;
}): AsyncGenerator<string> {
  for (const key of keys) {
    const set = await loadPartSet({ raw, record, key: partSetKey(record.run_id, key), source: key });
    const hash = createHash('sha256');
    for await (const chunk of source.stream(key)) hash.update(chunk);
    const found = hash.digest('hex');
    if (found !== set.sha256)
      throw new ConverterError(
        'SOURCE_CHANGED',
        `${source.url}/${key} had SHA-256 ${set.sha256}, has ${found}`,
      );
    onSet(set);
    yield key;
  }
}

class Counts {
  readonly records = { rows: 0, rejected: 0, outside_window: 0 };

  add({ parts }: PartSet): void {
    for (const { rows, rejected, outside_window } of parts) {
      this.records.rows += rows;
      this.records.rejected += rejected;
      this.records.outside_window += outside_window;
    }
  }
}
