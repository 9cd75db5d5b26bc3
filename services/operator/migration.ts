import { Client } from 'pg';
import { storefrontError } from '../chassis/errors.ts';
import { type SchemaChange, schemaChanges } from '../database/changes.ts';
import type { Effect } from './change.ts';

export type Direction = 'up' | 'down';

/** The longest that one statement of a migration may take, ms: what has asked for it must still be listening. */
const statementLimit = 50_000;

const states = {
  up: { from: 'pending', to: 'applied' },
  down: { from: 'applied', to: 'reverted' },
} as const;

/** What a migration is meant to change. */
export function migrationEffect(id: string, direction: Direction): Effect {
  const { from, to } = states[direction];
  return { service: 'postgres', from: `${id}=${from}`, to: `${id}=${to}` };
}

/**
 * Applies a released migration, or takes it back, on a connection of its own: a change to a large table takes longer than
 * a request may. Written down when all its statements are done, so that one that was cut short can be asked for again.
 * @throws CHANGE_REFUSED for one that is not known, is applied already (up), or is not applied (down)
 */
export async function migrateSchema({
  databaseUrl,
  instance,
  id,
  direction,
}: {
  databaseUrl: string;
  instance: string;
  id: string;
  direction: Direction;
}): Promise<Effect> {
  const change = schemaChanges.find((known) => known.id === id);
  if (!change) throw storefrontError('CHANGE_REFUSED', [`migration ${JSON.stringify(id)} does not exist`]);
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
    await takeTurn(client);
    await checkState(client, id, direction);
    await dropUnfinished(client, change);
    for (const statement of change[direction]) await client.query(statement);
    await client.query(
      direction === 'up'
        ? 'INSERT INTO schema_migrations (id) VALUES ($1)'
        : 'DELETE FROM schema_migrations WHERE id = $1',
      [id],
    );
    return { ...migrationEffect(id, direction), detail: change[direction][0] ?? '' };
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

async function checkState(client: Client, id: string, direction: Direction): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM schema_migrations WHERE id = $1', [id]);
  if (direction === 'up' && rowCount !== 0)
    throw storefrontError('CHANGE_REFUSED', [`migration ${id} is applied already`]);
  if (direction === 'down' && rowCount === 0)
    throw storefrontError('CHANGE_REFUSED', [`migration ${id} is not applied`]);
}

/** CONCURRENTLY that was cut short leaves an index that is kept up to date and never read. */
async function dropUnfinished(client: Client, { index }: SchemaChange): Promise<void> {
  const { rowCount } = await client.query(
    'SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid',
    [index],
  );
  if (rowCount !== 0) await client.query(`DROP INDEX CONCURRENTLY ${index}`);
}
