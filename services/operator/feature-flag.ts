import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import { flagChannel, sessionPattern } from '../flags/subscription.ts';
import type { Attempt, Effect } from './change.ts';

const confirmLimit = 5_000;
const pollInterval = 25;

interface Flag {
  flag: string;
  value: boolean;
}

/**
 * Sets a flag and waits until every running instance has it: the instances' sessions carry the revision they run with
 * (see flags/subscription.ts). A flag that was not taken in time is set back before the answer.
 * @param attempt is told what is about to change, as soon as that is known
 * @throws CHANGE_REFUSED for a flag that does not exist, CHANGE_FAILED when an instance does not follow in time, CHANGE_LEFT
 *   when the flag could not be set back either
 */
export async function setFeatureFlag({
  database,
  attempt,
  ...asked
}: Flag & { database: Pool; attempt: Attempt }): Promise<Effect> {
  const { flag, value } = asked;
  const { service, before, revision } = await write(database, asked);
  const effect = { service, from: `${flag}=${before}`, to: `${flag}=${value}` };
  attempt(effect);
  const behind = await instancesBehind(database, revision);
  if (behind.length === 0) return effect;
  const late = `${behind.join(', ')} did not take it within ${confirmLimit} ms`;
  try {
    const back = await write(database, { flag, value: before });
    // Who has taken it lets it go at once; who has not reads the older value at last.
    await instancesBehind(database, back.revision);
  } catch (error) {
    throw storefrontError('CHANGE_LEFT', [late, reasonOf(error)], { cause: error });
  }
  throw storefrontError('CHANGE_FAILED', [late]);
}

/** Writes a flag's value under a new revision, and has the instances told. @throws CHANGE_REFUSED */
async function write(
  database: Pool,
  { flag, value }: Flag,
): Promise<{ service: string; before: boolean; revision: bigint }> {
  const { rows } = await database.query<{ service: string; before: boolean; revision: string }>(
    `WITH changed AS (
       UPDATE feature_flags new SET value = $2, revision = nextval('feature_flag_revision'), updated_at = now()
         FROM feature_flags old WHERE new.flag = $1 AND old.flag = new.flag
       RETURNING new.service, old.value AS before, new.revision
     ) SELECT service, before, revision, pg_notify($3, revision::text) FROM changed`,
    [flag, value, flagChannel],
  );
  const row = rows[0];
  if (!row) throw storefrontError('CHANGE_REFUSED', [`feature flag ${JSON.stringify(flag)} does not exist`]);
  return { ...row, revision: BigInt(row.revision) };
}

/** Instances that do not run with a revision yet; waits for them while there are any. */
async function instancesBehind(database: Pool, revision: bigint): Promise<string[]> {
  const deadline = Date.now() + confirmLimit;
  while (true) {
    const { rows } = await database.query<{ application_name: string }>(
      `SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'flags %'`,
    );
    const behind = rows.flatMap(({ application_name }) => {
      const session = sessionPattern.exec(application_name)?.groups;
      return session && BigInt(session.revision ?? 0) < revision ? [session.instance ?? ''] : [];
    });
    if (behind.length === 0 || Date.now() > deadline) return behind;
    await wait(pollInterval);
  }
}
