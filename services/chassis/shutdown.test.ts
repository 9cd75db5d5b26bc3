import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Client } from 'pg';
import { until } from '../testing/process.ts';
import { Shopper } from '../testing/shopper.ts';
import { type Storefront, startStorefront } from '../testing/storefront.ts';

describe('the end of a process', () => {
  let stack: Storefront;
  before(async () => {
    stack = await startStorefront();
  });
  after(() => stack?.stop());
  // Each test ends a process; the next one begins with all of them.
  beforeEach(async () => {
    for (const name of ['web-api', 'operator'] as const) {
      if (stack.services[name].ended) await stack.startService(name);
    }
  });

  /** A checkout that is held up in the database until `release` is called. */
  const heldCheckout = async () => {
    const shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
    const client = new Client({ connectionString: stack.postgres.url });
    // What the server tells of its sessions stands still within a transaction: another session looks.
    const watcher = new Client({ connectionString: stack.postgres.url });
    await Promise.all([client.connect(), watcher.connect()]);
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM products WHERE id = 5 FOR UPDATE');
    const answer = shopper.checkout({ product: 5 });
    answer.catch(() => {});
    await until('the checkout waits', async () => {
      const { rows } = await watcher.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'`,
      );
      return rows.length > 0;
    });
    const release = async () => {
      await client.query('COMMIT');
      await Promise.all([client.end(), watcher.end()]);
    };
    return { shopper, answer, release };
  };

  test('SIGTERM finishes what is in flight, and its spans and metrics arrive', async () => {
    const { answer, release } = await heldCheckout();
    const api = stack.services['web-api'];
    const stopped = api.stop('SIGTERM');
    await until('web-api stops', () => api.lines.some(({ msg }) => msg === 'stopping'));
    await release();
    const { status, body, requestId } = await answer;
    assert.equal(status, 201, JSON.stringify(body));
    assert.deepEqual(await stopped, { code: 0, signal: null });
    assert.equal(api.lines.at(-1)?.msg, 'stopped');
    const line = api.access(requestId)[0];
    const server = stack.otlp.spans.find(
      ({ traceId, kind, service }) => traceId === line?.trace_id && kind === 2 && service === 'web-api',
    );
    assert.equal(server?.attributes['http.response.status_code'], 201);
    const counted = stack.otlp.points.findLast(
      ({ service, name }) => service === 'web-api' && name === 'orders_total',
    );
    assert.equal(counted?.value, 1);
  });

  test('SIGKILL loses no access line of an answered request', async () => {
    const shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(9);
    const api = stack.services['web-api'];
    const answered: string[] = [];
    let killed: Promise<unknown> | undefined;
    const shop = async () => {
      while (!killed) {
        const { requestId } = await shopper.get('/api/users/3');
        answered.push(requestId);
        if (answered.length === 60) killed = api.stop('SIGKILL');
      }
    };
    await Promise.allSettled([shop(), shop(), shop(), shop()]);
    await killed;
    const lines = new Set(
      api.lines.filter(({ event }) => event === 'http.access').map(({ request_id }) => request_id),
    );
    assert.deepEqual(
      answered.filter((id) => !lines.has(id)),
      [],
    );
  });

  test('a collector that is away does not hold a process', async () => {
    const worker = await stack.startService('operator', {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    });
    const { code } = await worker.stop('SIGTERM');
    assert.equal(code, 0);
    assert.equal(worker.text.includes(process.cwd()), false, 'path');
    assert.match(worker.text, /telemetry.*ECONNREFUSED|telemetry was not flushed/);
  });

  test('a configuration that is wrong ends the process with a clear line', async () => {
    await assert.rejects(
      stack.startService('operator', { PORT: 'http', OPERATOR_TOKEN: '' }),
      (error: Error) => {
        assert.match(
          error.message,
          /PORT must be an integer from 0 to 65535; OPERATOR_TOKEN must not be empty/,
        );
        return true;
      },
    );
  });
});
