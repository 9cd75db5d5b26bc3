import { createHash } from 'node:crypto';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';
import { RunError, runIdTaken } from './errors.ts';
import { describeOwner, isSameOwner, type Owner, stateOf } from './owner.ts';
import type { RunRecord } from './record.ts';
import { decodeRecord, encodeRecord, ownRawPrefix, readRun, recordKey } from './runs.ts';

/** Objects deleted at once. */
const AT_ONCE = 16;
/** How often a key may be taken when it is put, and free when it is read. */
const ATTEMPTS = 5;

export interface TakenOver {
  /** Who held the id, and is gone. */
  readonly owner: Owner;
  /** Objects that it left, and that are removed. */
  readonly removed: number;
}

/**
 * Takes the id of a run by putting its record, create only. A record whose owner is gone (killed, crashed, rebooted) is
 * taken over, and what the dead run has put is removed; a sealed dataset is elsewhere, and never touched.
 * @returns what was taken over, if anything. @throws `RUN_ID_TAKEN`, `RUN_RECORD_INVALID`
 */
export async function claimRun({
  raw,
  record,
}: {
  raw: ObjectStore;
  record: RunRecord;
}): Promise<TakenOver | undefined> {
  const { run_id: runId } = record;
  const key = recordKey(runId);
  const bytes = encodeRecord({ raw, record });
  // A look first: a server over a folder does not see by its conditional put what came through the folder.
  const there = (await read(raw, key)) ?? (await create(raw, key, bytes));
  if (there === undefined) return undefined;
  const owner = await takeOver({ raw, runId, there, bytes });
  return { owner, removed: await removeLeftovers({ raw, runId }) };
}

/** Gives the id back, and removes all that the run has put; nothing where the run is not that owner's any more. */
export async function abandonRun({ raw, record }: { raw: ObjectStore; record: RunRecord }): Promise<void> {
  const { run_id: runId } = record;
  const there = await readRun({ raw, runId }).catch((error) => {
    if (error instanceof RunError && error.code === 'RUN_NOT_FOUND') return undefined;
    throw error;
  });
  if (there?.state !== 'running' || !isSameOwner(there.owner, record.owner)) return;
  await removeLeftovers({ raw, runId });
  await raw.delete(recordKey(runId)); // last: until then the id is ours, or can be taken over
}

/**
 * Of all that find the same dead claim, exactly one replaces it: who puts, create only, an object named by that claim.
 * That object holds the claim of who put it, so that one who is killed in between is taken over in the same way.
 */
async function takeOver({
  raw,
  runId,
  there,
  bytes,
}: {
  raw: ObjectStore;
  runId: string;
  there: Uint8Array;
  bytes: Uint8Array;
}): Promise<Owner> {
  const taken = [there];
  let owner = await deadOwner({ raw, runId, bytes: there });
  for (;;) {
    const key = takeOverKey(runId, taken.at(-1) ?? there);
    const faster = await create(raw, key, bytes);
    if (faster === undefined) {
      // Somebody may have taken it over and tidied up since it was read: then the record is another one.
      const now = await read(raw, recordKey(runId));
      if (now !== undefined && taken.some((claim) => Buffer.compare(claim, now) === 0)) break;
      await raw.delete(key);
      throw runIdTaken({ runId, store: raw.url, held: 'unknown' });
    }
    owner = await deadOwner({ raw, runId, bytes: faster });
    taken.push(faster);
  }
  await raw.put(recordKey(runId), bytes, { contentType: 'application/json' });
  return owner;
}

const takeOverKey = (runId: string, claim: Uint8Array) =>
  `${takeOverPrefix(runId)}${createHash('sha256').update(claim).digest('hex')}.json`;
const takeOverPrefix = (runId: string) => `runs/${runId}/taken-over-`;

/** The owner of a claim, if it is gone. @throws `RUN_ID_TAKEN` */
async function deadOwner(options: { raw: ObjectStore; runId: string; bytes: Uint8Array }): Promise<Owner> {
  const { raw, runId } = options;
  const taken = (held: Parameters<typeof runIdTaken>[0]['held'], cause?: unknown) =>
    runIdTaken({ runId, store: raw.url, held, cause });
  let record: RunRecord;
  try {
    record = decodeRecord(options);
  } catch (error) {
    throw taken('unknown', error);
  }
  if (record.state === 'complete') throw taken('complete');
  if (record.owner === undefined) throw taken('unknown');
  const state = await stateOf(record.owner);
  if (state === 'gone') return record.owner;
  throw taken({ by: describeOwner(record.owner), inSight: state === 'alive' });
}

/** @returns how many objects of the run were removed */
async function removeLeftovers({ raw, runId }: { raw: ObjectStore; runId: string }): Promise<number> {
  const keys: string[] = [];
  for (const prefix of [`runs/${runId}`, `parts/${runId}`, `dead-letter/${runId}`, ownRawPrefix(runId)])
    for await (const { key } of raw.list(`${prefix}/`)) keys.push(key);
  for (let at = 0; at < keys.length; at += AT_ONCE)
    await Promise.all(keys.slice(at, at + AT_ONCE).map((key) => raw.delete(key)));
  return keys.filter((key) => !key.startsWith(takeOverPrefix(runId))).length;
}

async function read(raw: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await raw.get(key);
  } catch (error) {
    if (isStoreError(error, 'OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

/** Undefined where it was created, else what is there. */
async function create(raw: ObjectStore, key: string, bytes: Uint8Array): Promise<Uint8Array | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      await raw.put(key, bytes, { ifNoneMatch: true, contentType: 'application/json' });
      return undefined;
    } catch (error) {
      if (!isStoreError(error, 'OBJECT_EXISTS') || attempt === ATTEMPTS) throw error;
      const there = await read(raw, key);
      if (there !== undefined) return there; // else it was just removed, and the key is free again
    }
  }
}
