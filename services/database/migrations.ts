import type { PoolClient } from 'pg';
import { type SeedSize, seed } from './seed.ts';
import { indexes, tables } from './tables.ts';

export interface Migration {
  /** number and name, never changed once released */
  id: string;
  run(client: PoolClient, size: SeedSize): Promise<void>;
}

/** What makes a database of the storefront, in order. Each runs once, in a transaction of its own. */
export const migrations: readonly Migration[] = [
  {
    id: '0001_tables',
    run: async (client) => {
      await client.query(tables);
    },
  },
  {
    id: '0002_seed',
    run: (client, size) => seed({ client, size, today: Math.floor(Date.now() / 86_400_000) * 86_400_000 }),
  },
  {
    id: '0003_indexes',
    run: async (client) => {
      await client.query(indexes);
    },
  },
  {
    // Not every server has it, nor every role the right to it: the operator's gauges do without.
    id: '0004_statement_statistics',
    run: async (client) => {
      await client.query(`DO $$ BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
      EXCEPTION WHEN OTHERS THEN
        RAISE NOTICE 'pg_stat_statements is not available: %', SQLERRM;
      END $$`);
    },
  },
];

/**
 * Runs what has not run yet and returns its ids. Two callers at once take turns by an advisory lock, so that the second
 * finds everything done. Statistics are gathered at the end, for the planner must not guess about new tables.
 */
export async function migrate({
  client,
  size,
  onStep,
}: {
  client: PoolClient;
  size: SeedSize;
  onStep: (id: string, milliseconds: number) => void;
}): Promise<string[]> {
  await client.query(`SELECT pg_advisory_lock(hashtext('schema_migrations'))`);
  try {
    await client.query(
      'CREATE TABLE IF NOT EXISTS schema_migrations (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ id: string }>('SELECT id FROM schema_migrations');
    const applied = new Set(rows.map(({ id }) => id));
    const pending = migrations.filter(({ id }) => !applied.has(id));
    for (const { id, run } of pending) {
      const started = Date.now();
      await client.query('BEGIN');
      try {
        await run(client, size);
        await client.query('INSERT INTO schema_migrations (id) VALUES ($1)', [id]);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      }
      onStep(id, Date.now() - started);
    }
    if (pending.length > 0) await client.query('VACUUM (ANALYZE)');
    return pending.map(({ id }) => id);
  } finally {
    await client.query(`SELECT pg_advisory_unlock(hashtext('schema_migrations'))`);
  }
}
