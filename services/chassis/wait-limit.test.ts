import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { startPostgres } from '../testing/postgres.ts';
import { openDatabase } from './database.ts';
import { createHttpServer } from './http-server.ts';
import { waitLeft } from './wait-limit.ts';

const longer = 60_000;

test('a request that has waited for one connection does not wait as long again for the next', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  const log = pino({ level: 'silent' });
  const database = openDatabase({
    databaseUrl: postgres.url,
    databasePoolMax: 1,
    instance: 'test',
    log,
  });
  t.after(() => database.end());
  const app = createHttpServer({ log, metricsToken: 'token', checks: {} });
  const held = await database.connect();
  app.post('/', async () => {
    const first = waitLeft(longer);
    const error = await database.query('SELECT 1').then(
      () => 'none',
      (problem: Error) => problem.message,
    );
    const second = waitLeft(longer);
    held.release();
    return { first, error, second, rows: (await database.query('SELECT 1 AS one')).rows };
  });
  const answer = await app.inject({ method: 'POST', url: '/', payload: { some: 'body' } });
  const { first, error, second, rows } = answer.json();
  assert.ok(first > 100 && first <= 1_500, `${first} ms at first`);
  assert.equal(error, 'timeout exceeded when trying to connect');
  assert.equal(second, 100, 'what opening a connection may take');
  assert.deepEqual(rows, [{ one: 1 }], 'what is free is had');
  assert.equal(waitLeft(longer), longer, 'outside of a request');
});
