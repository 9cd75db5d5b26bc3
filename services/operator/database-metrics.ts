import { Pool } from 'pg';
import { Gauge } from 'prom-client';
import type { Logger } from '../chassis/log.ts';

const backends = `SELECT coalesce(state, 'background') AS state, coalesce(wait_event_type, 'none') AS wait, count(*)::integer AS n
   FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1, 2`;
const locks = 'SELECT count(*) FILTER (WHERE NOT granted)::integer AS n FROM pg_locks';
const oldest = `SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0)::float AS seconds
   FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`;

const queryLimit = 2_000;

/**
 * Gauges of what the database server says about itself and the collector's receiver does not ask: backends by state and
 * wait event, locks not granted, the oldest transaction. On a connection of their own, so that they are seen when the
 * services' pools are not served; absent while the server does not answer.
 */
export function measureDatabase({
  databaseUrl,
  instance,
  log,
}: {
  databaseUrl: string;
  instance: string;
  log: Logger;
}): void {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: `${instance} metrics`,
    max: 1,
    connectionTimeoutMillis: queryLimit,
    query_timeout: queryLimit,
    allowExitOnIdle: true,
  });
  pool.on('error', () => log.warn('database metrics connection lost'));
  const gauge = (
    name: string,
    help: string,
    labels: string[],
    sql: string,
    read: (set: Gauge['set'], row: never) => void,
  ) => {
    new Gauge({
      name,
      help,
      labelNames: labels,
      async collect() {
        this.reset();
        try {
          const { rows } = await pool.query(sql);
          for (const row of rows) read(this.set.bind(this), row as never);
        } catch {
          this.reset();
        }
      },
    });
  };
  gauge(
    'db_backends',
    'Sessions of the database by state and wait event type.',
    ['state', 'wait'],
    backends,
    (set, row) => {
      const { state, wait, n } = row as { state: string; wait: string; n: number };
      set({ state, wait }, n);
    },
  );
  gauge('db_locks_waiting', 'Locks that are asked for and not granted.', [], locks, (set, row) => {
    set((row as { n: number }).n);
  });
  gauge('db_oldest_transaction_seconds', 'Age of the oldest open transaction.', [], oldest, (set, row) => {
    set((row as { seconds: number }).seconds);
  });
}
