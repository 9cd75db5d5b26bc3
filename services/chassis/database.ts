import { Pool, type PoolClient } from 'pg';
import { Gauge } from 'prom-client';
import { reasonOf, StorefrontError, storefrontError } from './errors.ts';
import type { Logger } from './log.ts';
import { waitLeft } from './wait-limit.ts';

export type { Pool, PoolClient };

/** How long a caller waits for a connection at most, ms; then it gets an error instead of a place in an endless queue. */
const connectionTimeout = 2_000;
/** The longest statement that the server lets run, ms; the client gives up a little later, should the server be gone. */
const statementTimeout = 10_000;

/** The process's pool of database connections, with gauges of its size. Connections open when they are first needed. */
export function openDatabase({
  databaseUrl,
  databasePoolMax,
  instance,
  log,
}: {
  databaseUrl: string;
  databasePoolMax: number;
  instance: string;
  log: Logger;
}): Pool {
  const pool = new RequestPool({
    connectionString: databaseUrl,
    application_name: instance,
    max: databasePoolMax,
    connectionTimeoutMillis: connectionTimeout,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeout,
    query_timeout: statementTimeout + 1_000,
  });
  // An idle connection that the server closes is no request's error: the pool opens another one when asked.
  pool.on('error', (error) => log.warn({ err: error }, 'idle database connection lost'));
  // One that is lost in the middle of a transaction fails the next statement: that is the error, and who asks gets it.
  pool.on('connect', (client) => client.on('error', () => {}));
  measurePool(pool, databasePoolMax);
  return pool;
}

type Connected = Parameters<Pool['connect']>[0];

/** Its callers wait no longer than the request may that they answer. */
class RequestPool extends Pool {
  override connect(): Promise<PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<PoolClient> | undefined {
    this.options.connectionTimeoutMillis = waitLeft(connectionTimeout); // the pool reads it at each call
    if (callback === undefined) return super.connect();
    super.connect(callback);
    return undefined;
  }
}

function measurePool(pool: Pool, max: number): void {
  new Gauge({
    name: 'db_pool_connections',
    help: 'Connections of the database pool by state: total, idle, waiting (callers in the queue), max.',
    labelNames: ['state'] as const,
    collect() {
      this.set({ state: 'total' }, pool.totalCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
      this.set({ state: 'max' }, max);
    },
  });
}

/** Runs `work` in one transaction; rolls back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    // A connection that could not even roll back is closed, not given to the next caller.
    client.release(broken);
  }
}

// Classes of SQLSTATE that say "the server cannot serve now": connection, resources, operator intervention.
const unavailableClass = /^(08|53|57)/;
const unavailableCode = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '55P03',
  '28P01',
]);
const unavailableText = /timeout|terminat|Connection ended|not queryable/i;

/** Turns an error of the driver into a 503 when the database was not available, and leaves every other one as it is. */
export function databaseError(error: unknown): unknown {
  if (error instanceof StorefrontError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const unavailable =
    unavailableClass.test(code) || unavailableCode.has(code) || unavailableText.test(error.message);
  return unavailable ? storefrontError('DATABASE_UNAVAILABLE', [reasonOf(error)], { cause: error }) : error;
}
