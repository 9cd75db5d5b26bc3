import { Client } from 'pg';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import { type IndexState, type SchemaChange, schemaChanges } from '../database/changes.ts';
import type { Attempt, Effect } from './change.ts';

export type Direction = 'up' | 'down';

/** The longest that one statement of a migration may take, ms: what has asked for it must still be listening. */
const statementLimit = 50_000;

const states = {
  up: { from: 'pending', to: 'applied' },
  down: { from: 'applied', to: 'reverted' },
} as const;
const other = { up: 'down', down: 'up' } as const;

/** What a migration is meant to change. */
export function migrationEffect(id: string, direction: Direction): Effect {
  const { from, to } = states[direction];
  return { service: 'postgres', from: `${id}=${from}`, to: `${id}=${to}` };
}

interface Migration {
  change: SchemaChange;
  direction: Direction;
}

/**
 * Applies a released migration, or takes it back, on a connection of its own: a change to a large table takes longer than
 * a request may. Written down when all its statements are done. What one that fails has done by then is taken back; what one
 * that was cut short has left (the process was killed) goes when it is asked for again, either way.
 * @param attempt is told what is about to change, as soon as that is known
 * @throws CHANGE_REFUSED for one that is not known, is applied already (up), or is not applied and has left nothing (down);
 *   CHANGE_FAILED, and CHANGE_LEFT when it could not be taken back
 */
export async function migrateSchema({
  databaseUrl,
  instance,
  attempt,
  id,
  direction,
}: {
  databaseUrl: string;
  instance: string;
  attempt: Attempt;
  id: string;
  direction: Direction;
}): Promise<Effect> {
  const change = schemaChanges.find((known) => known.id === id);
  if (!change) throw storefrontError('CHANGE_REFUSED', [`migration ${JSON.stringify(id)} does not exist`]);
  const migration: Migration = { change, direction };
  const connected = { databaseUrl, instance };
  let begun = false;
  try {
    return await onConnection(connected, async (client) => {
      await takeTurn(client);
      const effect = await effectOf(client, migration);
      attempt(effect);
      begun = true;
      await carryOut(client, migration);
      return { ...effect, detail: change[direction][0] ?? '' };
    });
  } catch (error) {
    if (!begun) throw error;
    const why = reasonOf(error);
    // A connection that failed may be of no more use.
    await onConnection(connected, async (client) => {
      await client.query(`SELECT pg_advisory_lock(hashtext('schema_changes'))`);
      await carryOut(client, { change, direction: other[direction] });
    }).catch((left: unknown) => {
      throw storefrontError('CHANGE_LEFT', [why, reasonOf(left)], { cause: error });
    });
    throw storefrontError('CHANGE_FAILED', [why], { cause: error });
  }
}

async function onConnection<T>(
  { databaseUrl, instance }: { databaseUrl: string; instance: string },
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: `${instance} migration`,
    connectionTimeoutMillis: 2_000,
    statement_timeout: statementLimit,
    query_timeout: statementLimit + 1_000,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** One migration at a time; the session's end gives the turn back. */
async function takeTurn(client: Client): Promise<void> {
  const { rows } = await client.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_lock(hashtext('schema_changes')) AS taken`,
  );
  if (!rows[0]?.taken) throw storefrontError('CHANGE_REFUSED', ['another migration is under way']);
}

/** What it changes as things are. @throws CHANGE_REFUSED for nothing */
async function effectOf(client: Client, { change, direction }: Migration): Promise<Effect> {
  const { id, pending } = change;
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE id = $1', [id]);
  const [isApplied, effect] = [rowCount !== 0, migrationEffect(id, direction)];
  if (isApplied && direction === 'up')
    throw storefrontError('CHANGE_REFUSED', [`migration ${id} is applied already`]);
  if (isApplied || direction === 'up') return effect;
  if ((await stateOf(client, change)) === pending)
    throw storefrontError('CHANGE_REFUSED', [`migration ${id} is not applied`]);
  return { ...effect, from: `${id}=unfinished` };
}

/** Its statements, and then its record; each leaves alone what is as it wants it. */
async function carryOut(client: Client, { change, direction }: Migration): Promise<void> {
  // CONCURRENTLY that was cut short leaves an index that is kept up to date and never read.
  if ((await stateOf(client, change)) === 'invalid')
    await client.query(`DROP INDEX CONCURRENTLY ${change.index}`);
  for (const statement of change[direction]) await client.query(statement);
  const record = {
    up: 'INSERT INTO schema_migrations (id) VALUES ($1) ON CONFLICT DO NOTHING',
    down: 'DELETE FROM schema_migrations WHERE id = $1',
  };
  await client.query(record[direction], [change.id]);
}

async function stateOf(client: Client, { index }: SchemaChange): Promise<IndexState> {
  const { rows } = await client.query<{ indisvalid: boolean }>(
    'SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [index],
  );
  if (!rows[0]) return 'absent';
  return rows[0].indisvalid ? 'valid' : 'invalid';
}
