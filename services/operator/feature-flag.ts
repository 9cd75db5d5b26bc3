import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import { storefrontError } from '../chassis/errors.ts';
import { flagChannel, sessionPattern } from '../flags/subscription.ts';
import type { Effect } from './change.ts';

const confirmLimit = 5_000;
const pollInterval = 25;

/**
 * Sets a flag and waits until every running instance has it: the instances' sessions carry the revision they run with
 * (see flags/subscription.ts).
 * @throws CHANGE_REFUSED for a flag that does not exist, CHANGE_UNCONFIRMED when an instance does not follow in time
 */
export async function setFeatureFlag({
  database,
  flag,
  value,
}: {
  database: Pool;
  flag: string;
  value: boolean;
}): Promise<Effect> {
  const { rows } = await database.query<{ service: string; before: boolean; revision: string }>(
    `UPDATE feature_flags new SET value = $2, revision = nextval('feature_flag_revision'), updated_at = now()
       FROM feature_flags old WHERE new.flag = $1 AND old.flag = new.flag
     RETURNING new.service, old.value AS before, new.revision`,
    [flag, value],
  );
  const row = rows[0];
  if (!row) throw storefrontError('CHANGE_REFUSED', [`feature flag ${JSON.stringify(flag)} does not exist`]);
  await database.query('SELECT pg_notify($1, $2)', [flagChannel, row.revision]);
  await confirmed(database, BigInt(row.revision));
  return { service: row.service, from: `${flag}=${row.before}`, to: `${flag}=${value}` };
}

async function confirmed(database: Pool, revision: bigint): Promise<void> {
  const deadline = Date.now() + confirmLimit;
  let behind: string[] = [];
  while (Date.now() < deadline) {
    behind = await instancesBehind(database, revision);
    if (behind.length === 0) return;
    await wait(pollInterval);
  }
  throw storefrontError('CHANGE_UNCONFIRMED', [
    `the flag is set, but ${behind.join(', ')} did not take it within ${confirmLimit} ms`,
  ]);
}

async function instancesBehind(database: Pool, revision: bigint): Promise<string[]> {
  const { rows } = await database.query<{ application_name: string }>(
    `SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'flags %'`,
  );
  return rows.flatMap(({ application_name }) => {
    const session = sessionPattern.exec(application_name)?.groups;
    return session && BigInt(session.revision ?? 0) < revision ? [session.instance ?? ''] : [];
  });
}
