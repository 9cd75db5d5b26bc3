import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';
import { runChanged, runNotFound, runRecordInvalid } from './errors.ts';
import { describeOwner, isSameOwner } from './owner.ts';
import { type RunRecord, recordProblems, recordShape } from './record.ts';
import { parseRunId } from './run-id.ts';
import { parseShape } from './shape.ts';

/*
 * The life of a record:
 *
 *   claimRun ── create only: of two commands with one id exactly one goes on ──► running, with its owner
 *   completeRun ── replaces it, only where it is still the same running run ──► complete, without an owner, for good
 *   abandonRun ── removes it, and all that the run has put
 *
 * A record that is running is changed by its owner alone, and by who takes over from an owner that is gone (claim.ts). So
 * looking at it and putting it need not be one step; a folder has no put that depends on what is there already.
 */

export const recordKey = (runId: string) => `runs/${parseRunId(runId)}.json`;

/** Key of the client's own points of a run. */
export const pointsKey = (runId: string) => `runs/${parseRunId(runId)}/client.ndjson.gz`;

/** Prefix of the raw objects of a stack that is up for this run alone. */
export const ownRawPrefix = (runId: string) => `raw/runs/${parseRunId(runId)}`;

/**
 * Does nothing where the record is complete already and says the same. @returns the record as it is now
 * @throws `RUN_NOT_FOUND`, `RUN_CHANGED`
 */
export async function completeRun({
  raw,
  record: { owner, ...record },
}: {
  raw: ObjectStore;
  record: RunRecord;
}): Promise<RunRecord> {
  const { run_id: runId } = record;
  const bytes = encodeRecord({ raw, record });
  const claimed = await readRun({ raw, runId });
  const changed = (reason: string) => runChanged({ runId, store: raw.url, reason });
  if (record.state !== 'complete') throw changed('the new record is not complete');
  if (claimed.seed !== record.seed || claimed.window.start_ms > record.window.start_ms) {
    throw changed(
      `its record is of another run (seed ${claimed.seed}, start ${new Date(claimed.window.start_ms).toISOString()})`,
    );
  }
  if (claimed.state === 'complete') {
    if (Buffer.compare(encodeRecord({ raw, record: claimed }), bytes) === 0) return record;
    throw changed('it is complete, with other figures');
  }
  if (!isSameOwner(claimed.owner, owner))
    throw changed(`it is now made by ${claimed.owner ? describeOwner(claimed.owner) : 'nobody known'}`);
  await raw.put(recordKey(runId), bytes, { contentType: 'application/json' });
  return record;
}

/** @throws `RUN_NOT_FOUND`, `RUN_RECORD_INVALID` */
export async function readRun({ raw, runId }: { raw: ObjectStore; runId: string }): Promise<RunRecord> {
  let bytes: Uint8Array;
  try {
    bytes = await raw.get(recordKey(runId));
  } catch (error) {
    if (isStoreError(error, 'OBJECT_NOT_FOUND')) throw runNotFound({ runId, store: raw.url, cause: error });
    throw error;
  }
  return decodeRecord({ raw, runId, bytes });
}

/** @throws `RUN_RECORD_INVALID` */
export function decodeRecord({
  raw,
  runId,
  bytes,
}: {
  raw: ObjectStore;
  runId: string;
  bytes: Uint8Array;
}): RunRecord {
  const parsed = parseShape<RunRecord>({ bytes, check: recordShape, root: 'record' });
  const invalid = (problems: string[], cause?: unknown) =>
    runRecordInvalid({ runId, store: raw.url, problems, cause });
  if (parsed.value === undefined) throw invalid(parsed.problems, parsed.cause);
  const problems = recordProblems(parsed.value);
  if (parsed.value.run_id !== runId)
    problems.push(`record.run_id must be "${runId}", got "${parsed.value.run_id}"`);
  if (problems.length > 0) throw invalid(problems);
  return parsed.value;
}

/** Checked before it is written, so that what is written can be read. @throws `RUN_RECORD_INVALID` */
export function encodeRecord({ raw, record }: { raw: ObjectStore; record: RunRecord }): Uint8Array {
  const problems = [...recordShape(record, 'record'), ...recordProblems(record)];
  if (problems.length > 0) throw runRecordInvalid({ runId: record.run_id, store: raw.url, problems });
  return new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`);
}
