import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';
import { runChanged, runIdTaken, runNotFound, runRecordInvalid } from './errors.ts';
import { type RunRecord, recordProblems, recordShape } from './record.ts';
import { parseRunId } from './run-id.ts';
import { parseShape } from './shape.ts';

/*
 * The life of a record:
 *
 *   claimRun ── create only: of two commands with one id exactly one goes on ──► running
 *   completeRun ── replaces it, only where it is still the same running run ──► complete, for good
 */

export const recordKey = (runId: string) => `runs/${parseRunId(runId)}.json`;

/** Key of the client's own points of a run. */
export const pointsKey = (runId: string) => `runs/${parseRunId(runId)}/client.ndjson.gz`;

/** @throws `RUN_ID_TAKEN`, `RUN_RECORD_INVALID` */
export async function claimRun({ raw, record }: { raw: ObjectStore; record: RunRecord }): Promise<void> {
  const { run_id: runId } = record;
  try {
    await raw.put(recordKey(runId), encode({ raw, record }), {
      ifNoneMatch: true,
      contentType: 'application/json',
    });
  } catch (error) {
    if (isStoreError(error, 'OBJECT_EXISTS')) throw runIdTaken({ runId, store: raw.url, cause: error });
    throw error;
  }
}

/** Does nothing where the record is complete already and says the same. @throws `RUN_NOT_FOUND`, `RUN_CHANGED` */
export async function completeRun({ raw, record }: { raw: ObjectStore; record: RunRecord }): Promise<void> {
  const { run_id: runId } = record;
  const bytes = encode({ raw, record });
  const claimed = await readRun({ raw, runId });
  const changed = (reason: string) => runChanged({ runId, store: raw.url, reason });
  if (record.state !== 'complete') throw changed('the new record is not complete');
  if (claimed.seed !== record.seed || claimed.window.start_ms > record.window.start_ms) {
    throw changed(
      `its record is of another run (seed ${claimed.seed}, start ${new Date(claimed.window.start_ms).toISOString()})`,
    );
  }
  if (claimed.state === 'complete') {
    if (Buffer.compare(encode({ raw, record: claimed }), bytes) === 0) return;
    throw changed('it is complete, with other figures');
  }
  await raw.put(recordKey(runId), bytes, { contentType: 'application/json' });
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

/** Checked before it is written, so that what is written can be read. */
function encode({ raw, record }: { raw: ObjectStore; record: RunRecord }): Uint8Array {
  const problems = [...recordShape(record, 'record'), ...recordProblems(record)];
  if (problems.length > 0) throw runRecordInvalid({ runId: record.run_id, store: raw.url, problems });
  return new TextEncoder().encode(`${JSON.stringify(record, null, 2)}\n`);
}
