import { Pool } from 'pg';
import { Gauge } from 'prom-client';
import type { Logger } from '../chassis/log.ts';

type Row = Record<string, string | number>;

interface View {
  name: string;
  help: string;
  labels: readonly string[];
  /** one row a series: its labels and `value` */
  sql: string;
}

// Of the statements that took most time, and only of queries: a utility statement's text keeps its literals, and may be
// one that sets a password.
const statements = 20;
const statementText = `left(regexp_replace(query, '\\s+', ' ', 'g'), 100)`;
const topStatements = (
  value: string,
) => `SELECT queryid::text, ${statementText} AS statement, ${value} AS value
   FROM pg_stat_statements
  WHERE query ~* '^(select|insert|update|delete|with)\\M'
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND toplevel
  ORDER BY total_exec_time DESC LIMIT ${statements}`;

const views: readonly View[] = [
  {
    name: 'db_backends',
    help: 'Sessions of the database by state and wait event type.',
    labels: ['state', 'wait'],
    sql: `SELECT coalesce(state, 'background') AS state, coalesce(wait_event_type, 'none') AS wait, count(*)::integer AS value
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1, 2`,
  },
  {
    name: 'db_locks_waiting',
    help: 'Locks that are asked for and not granted.',
    labels: [],
    sql: 'SELECT count(*) FILTER (WHERE NOT granted)::integer AS value FROM pg_locks',
  },
  {
    name: 'db_oldest_transaction_seconds',
    help: 'Age of the oldest open transaction.',
    labels: [],
    sql: `SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float AS value
            FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  },
  {
    name: 'db_statement_calls',
    help: 'Executions since the statistics began, of the statements that took most time.',
    labels: ['queryid', 'statement'],
    sql: topStatements('calls::float'),
  },
  {
    name: 'db_statement_exec_seconds',
    help: 'Execution time since the statistics began, of the statements that took most time.',
    labels: ['queryid', 'statement'],
    sql: topStatements('total_exec_time / 1000'),
  },
];

const queryLimit = 2_000;

/**
 * Gauges of what the database server says about itself and the collector's receiver does not ask. On a connection of
 * their own, so that they are seen when the services' pools are not served; absent while the server does not answer, or
 * does not keep such statistics.
 */
export function measureDatabase({
  databaseUrl,
  instance,
  log,
}: {
  databaseUrl: string;
  instance: string;
  log: Logger;
}): { close: () => Promise<void> } {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: `${instance} metrics`,
    max: 1,
    connectionTimeoutMillis: queryLimit,
    query_timeout: queryLimit,
  });
  pool.on('error', () => log.warn('database metrics connection lost'));
  for (const { name, help, labels, sql } of views) {
    new Gauge({
      name,
      help,
      labelNames: labels,
      async collect() {
        try {
          const { rows } = await pool.query<Row>(sql);
          this.reset();
          for (const row of rows) {
            this.set(
              Object.fromEntries(labels.map((label) => [label, String(row[label])])),
              Number(row.value),
            );
          }
        } catch {
          this.reset();
        }
      },
    });
  }
  return { close: () => pool.end() };
}
