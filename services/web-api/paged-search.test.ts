import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { until } from '../testing/process.ts';
import { Shopper } from '../testing/shopper.ts';
import { metricsToken, type Storefront, startStorefront } from '../testing/storefront.ts';

describe('paged search', () => {
  let stack: Storefront;
  before(async () => {
    stack = await startStorefront();
  });
  after(() => stack?.stop());

  const shopperOf = async (version: string) => {
    await stack.startService('web-api', { SERVICE_VERSION: version, DATABASE_POOL_MAX: '3' });
    const shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
    return shopper;
  };
  const pool = async () => {
    const answer = await fetch(`${stack.urls['web-api']}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    const states = (await answer.text()).matchAll(/^db_pool_connections\{state="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries(Array.from(states, ([, state, count]) => [state, Number(count)]));
  };
  const idleInTransaction = async () => {
    const client = new Client({ connectionString: stack.postgres.url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT count(*)::integer AS sessions FROM pg_stat_activity WHERE state = 'idle in transaction'`,
    );
    await client.end();
    return rows[0].sessions;
  };

  for (const version of ['1.8.2', '1.8.3']) {
    test(`${version}: pages of the same order as the whole, and the total`, async () => {
      const shopper = await shopperOf(version);
      const whole = (await shopper.get('/api/search?q=mug&limit=50')).body;
      const products = whole.products as object[];
      assert.equal(whole.total, products.length);
      assert.ok(products.length > 20);
      const second = (await shopper.get('/api/search?q=mug&limit=10&page=2')).body;
      assert.deepEqual(second.products, products.slice(10, 20));
      assert.equal(second.total, whole.total);
      assert.equal((second.popular as unknown[]).length, 5);
      assert.equal((await shopper.get('/api/search?q=mug&page=0')).status, 400);
    });
  }

  test('1.8.2 keeps a connection for every search without hits, until there is none', async () => {
    const shopper = await shopperOf('1.8.2');
    for (let searches = 1; searches <= 3; searches += 1) {
      const { status, body } = await shopper.get('/api/search?q=zzzz');
      assert.deepEqual([status, body.total, body.products], [200, 0, []]);
    }
    assert.deepEqual(await pool(), { total: 3, idle: 0, waiting: 0, max: 3 });
    assert.equal(await idleInTransaction(), 3);
    const waits = shopper.get('/api/users/42');
    await until('the next one waits', async () => (await pool()).waiting === 1);
    assert.equal((await waits).body.error, 'DATABASE_UNAVAILABLE');
    // What needs no connection goes on.
    assert.equal((await shopper.login(8)).status, 200);
  });

  test('1.8.3 gives every connection back', async () => {
    const shopper = await shopperOf('1.8.3');
    for (let searches = 1; searches <= 6; searches += 1)
      assert.equal((await shopper.get('/api/search?q=zzzz')).status, 200);
    const { total, idle, waiting } = await pool();
    assert.deepEqual([idle, waiting], [total, 0]);
    assert.equal(await idleInTransaction(), 0);
    assert.equal((await shopper.get('/api/users/42')).status, 200);
  });
});
