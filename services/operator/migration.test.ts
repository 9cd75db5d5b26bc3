import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { until } from '../testing/process.ts';
import { operatorToken, type Storefront, startStorefront } from '../testing/storefront.ts';

describe('migrations through the operator', () => {
  let stack: Storefront;
  let client: Client;
  before(async () => {
    stack = await startStorefront();
    client = new Client({ connectionString: stack.postgres.url });
    await client.connect();
  });
  after(async () => {
    await client?.end();
    await stack?.stop();
  });

  const migrate = async (migration: string, direction: string) => {
    const response = await fetch(`${stack.urls.operator}/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorToken}` },
      body: JSON.stringify({ kind: 'migration', migration, direction, actor: 'release-train' }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const lastChange = () =>
    stack.services.operator.lines.filter(({ event }) => event === 'change').at(-1)?.change as Record<
      string,
      unknown
    >;
  /** valid, invalid, or undefined where there is no such index */
  const index = async (name: string) => {
    const { rows } = await client.query(
      'SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)',
      [name],
    );
    return rows[0] && (rows[0].indisvalid ? 'valid' : 'invalid');
  };
  const applied = async () => {
    const { rows } = await client.query('SELECT id FROM schema_migrations ORDER BY id');
    return rows.map(({ id }) => id.slice(0, 4));
  };

  test('a new database has neither', async () => {
    assert.deepEqual(await applied(), ['0001', '0002', '0003', '0004']);
    assert.deepEqual(
      [await index('orders_status_idx'), await index('orders_user_idx')],
      [undefined, 'valid'],
    );
  });

  test('0006 makes an index, and takes it back', async () => {
    const { status, body } = await migrate('0006_orders_lookup', 'up');
    assert.deepEqual([status, body.status, await index('orders_status_idx')], [200, 'applied', 'valid']);
    assert.deepEqual((await applied()).at(-1), '0006');
    const { uid, detail, ...change } = lastChange();
    assert.equal(uid, body.uid);
    assert.match(String(detail), /^CREATE INDEX CONCURRENTLY/);
    assert.deepEqual(change, {
      kind: 'migration',
      service: 'postgres',
      from: '0006_orders_lookup=pending',
      to: '0006_orders_lookup=applied',
      actor: 'release-train',
      status: 'applied',
    });
    assert.equal((await migrate('0006_orders_lookup', 'down')).status, 200);
    assert.equal(await index('orders_status_idx'), undefined);
    assert.equal(lastChange().to, '0006_orders_lookup=reverted');
  });

  test('0007 drops an index, and makes it again', async () => {
    const definition = async () =>
      (await client.query(`SELECT indexdef FROM pg_indexes WHERE indexname = 'orders_user_idx'`)).rows[0];
    const before = await definition();
    assert.equal((await migrate('0007_orders_cleanup', 'up')).status, 200);
    assert.equal(await definition(), undefined);
    assert.equal((await migrate('0007_orders_cleanup', 'down')).status, 200);
    assert.deepEqual(await definition(), before);
  });

  test('what is applied already, not applied, or unknown is refused, and makes a line', async () => {
    const refusal = async (migration: string, direction: string) => {
      const { status, body } = await migrate(migration, direction);
      assert.deepEqual([status, body.error, lastChange().status], [422, 'CHANGE_REFUSED', 'failed']);
      assert.equal(lastChange().service, 'postgres');
      return body.message;
    };
    assert.equal(
      await refusal('0007_orders_cleanup', 'down'),
      'migration 0007_orders_cleanup is not applied',
    );
    await migrate('0007_orders_cleanup', 'up');
    assert.equal(
      await refusal('0007_orders_cleanup', 'up'),
      'migration 0007_orders_cleanup is applied already',
    );
    await migrate('0007_orders_cleanup', 'down');
    assert.match(String(await refusal('0099_orders_nothing', 'up')), /does not exist/);
    assert.equal((await migrate('0007_orders_cleanup', 'sideways')).status, 400);
  });

  test('an index that a cut-short migration left behind is made anew', async () => {
    // A duplicate makes a unique index fail half-way, and leaves what a session that was killed would leave.
    await assert.rejects(
      client.query('CREATE UNIQUE INDEX CONCURRENTLY orders_status_idx ON orders (status)'),
      /could not create unique index/,
    );
    assert.equal(await index('orders_status_idx'), 'invalid');
    assert.equal((await migrate('0006_orders_lookup', 'up')).status, 200);
    assert.equal(await index('orders_status_idx'), 'valid');
    assert.equal((await migrate('0006_orders_lookup', 'down')).status, 200);
  });

  test('what a migration that fails has done by then is taken back', async (t) => {
    const other = new Client({ connectionString: stack.postgres.url });
    t.after(() => other.end());
    await other.connect();
    await other.query('BEGIN');
    await other.query('UPDATE orders SET status = status WHERE id = 1'); // what CONCURRENTLY waits for
    const answer = migrate('0006_orders_lookup', 'up');
    await until('the index is being made', async () => (await index('orders_status_idx')) === 'invalid');
    await client.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% migration'`,
    );
    await until(
      'the statement has ended',
      async () =>
        (await client.query(`SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%'`))
          .rowCount === 0,
    );
    await other.query('ROLLBACK');
    const { status, body } = await answer;
    assert.deepEqual([status, body.error], [500, 'CHANGE_FAILED']);
    assert.match(String(body.message), /canceling statement due to user request; it was taken back/);
    const { error: _, message: __, ...change } = body;
    assert.deepEqual(change, lastChange());
    assert.deepEqual([change.from, change.to], ['0006_orders_lookup=pending', '0006_orders_lookup=applied']);
    assert.equal(await index('orders_status_idx'), undefined);
    assert.deepEqual((await applied()).at(-1), '0004');
  });

  test('what one that was cut short has left can be taken back by asking for it', async () => {
    await client.query('DROP INDEX orders_user_idx'); // the first statement of 0007, and nothing written down
    const { status, body } = await migrate('0007_orders_cleanup', 'down');
    assert.deepEqual([status, body.from], [200, '0007_orders_cleanup=unfinished']);
    assert.equal(await index('orders_user_idx'), 'valid');
    assert.equal((await migrate('0007_orders_cleanup', 'down')).body.error, 'CHANGE_REFUSED');
  });

  test('one at a time', async () => {
    await client.query(`SELECT pg_advisory_lock(hashtext('schema_changes'))`);
    const { status, body } = await migrate('0006_orders_lookup', 'up');
    await client.query(`SELECT pg_advisory_unlock(hashtext('schema_changes'))`);
    assert.deepEqual([status, body.message], [422, 'another migration is under way']);
    assert.equal(await index('orders_status_idx'), undefined);
  });
});
