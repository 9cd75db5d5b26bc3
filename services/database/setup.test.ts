import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { compare } from 'bcrypt';
import { Client } from 'pg';
import { buildServices } from '../build.ts';
import { startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { ServiceProcess } from '../testing/service-process.ts';

describe('database-setup', () => {
  let postgres: TestPostgres;
  let client: Client;
  before(async () => {
    await buildServices();
    postgres = await startPostgres();
    client = new Client({ connectionString: postgres.url });
    await client.connect();
  });
  after(async () => {
    await client?.end();
    await postgres?.stop();
  });

  const setUp = async () => {
    const setup = new ServiceProcess({
      name: 'database-setup',
      env: {
        SERVICE_VERSION: '1.8.0',
        DEPLOYMENT_ENVIRONMENT: 'test',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
        DATABASE_URL: postgres.url,
        SEED_USERS: '300',
        SEED_PRODUCTS: '100',
        SEED_ORDERS: '1000',
      },
    });
    const { code } = await setup.exit();
    const { lines } = setup;
    await setup.stop();
    return {
      code,
      last: lines
        .map(({ msg }) => msg)
        .filter((msg) => msg.startsWith('database'))
        .at(-1),
    };
  };
  const digest = async (query: string) => {
    const { rows } = await client.query(query);
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex').slice(0, 16);
  };

  test('two at once on an empty database: one sets it up, both succeed', async () => {
    const results = await Promise.all([setUp(), setUp()]);
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual(results.map(({ last }) => last).sort(), [
      'database is set up',
      'database was set up already',
    ]);
  });

  test('the same sizes give the same rows everywhere', async () => {
    const digests = {
      users: await digest('SELECT id, username, name, email, country, password_hash FROM users ORDER BY id'),
      products: await digest(
        'SELECT id, name, category, description, price_cents, stock FROM products ORDER BY id',
      ),
      orders: await digest('SELECT id, user_id, status, total_cents FROM orders ORDER BY id'),
      items: await digest('SELECT * FROM order_items ORDER BY order_id, product_id'),
    };
    assert.deepEqual(digests, {
      users: '51827f479c462eaa',
      products: '172409befd3ecd71',
      orders: '55858c0c5b1074b0',
      items: 'a5d26593e60b9052',
    });
  });

  test('order totals are the sums of their items', async () => {
    const { rows } = await client.query(
      `SELECT count(*)::integer AS wrong FROM orders o
        WHERE total_cents <> (SELECT sum(quantity * price_cents) FROM order_items i WHERE i.order_id = o.id)`,
    );
    assert.deepEqual(rows, [{ wrong: 0 }]);
  });

  test('passwords are those that are documented', async () => {
    const { rows } = await client.query('SELECT password_hash FROM users WHERE id = 45');
    assert.equal(await compare('storefront-13', rows[0].password_hash), true);
  });
});
