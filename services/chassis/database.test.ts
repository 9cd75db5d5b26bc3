import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { startPostgres } from '../testing/postgres.ts';
import { databaseError, inTransaction, openDatabase } from './database.ts';

test('a connection that is lost between two statements fails the second one, and nothing else', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const database = openDatabase({
    databaseUrl: postgres.url,
    databasePoolMax: 2,
    instance: 'test',
    log: pino({ level: 'silent' }),
  });
  t.after(() => database.end());
  const work = inTransaction(database, async (client) => {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    // not `once` of node:events, which listens to errors too
    const lost = new Promise<void>((resolve) => client.once('end', resolve));
    await database.query('SELECT pg_terminate_backend($1)', [rows[0].pid]);
    await lost;
    await client.query('SELECT 1');
  });
  const error = await work.then(
    () => undefined,
    (problem: unknown) => databaseError(problem) as { statusCode?: number },
  );
  assert.equal(error?.statusCode, 503);
  assert.equal((await database.query('SELECT 1')).rowCount, 1, 'the pool opens another one');
});
