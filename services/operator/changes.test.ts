import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { operatorToken, type Storefront, startStorefront } from '../testing/storefront.ts';

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

describe('operator', () => {
  let stack: Storefront;
  before(async () => {
    stack = await startStorefront();
  });
  after(() => stack?.stop());

  // node:http, since fetch does not let a Host header be set.
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const call = request(
        `${stack.urls.operator}/changes`,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            authorization: `Bearer ${operatorToken}`,
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
        },
      );
      call.on('error', reject);
      call.end(JSON.stringify(body));
    });
  const changes = () => stack.services.operator.lines.filter(({ event }) => event === 'change');
  const lastChange = () => changes().at(-1)?.change as Record<string, unknown>;

  test('a feature flag is acknowledged when every instance has it, and makes one line', async () => {
    const earlier = changes().length;
    const { status, body } = await post({
      kind: 'feature_flag',
      flag: 'pricing_v2',
      value: true,
      actor: 'release-train',
    });
    // No waiting here: the answer means that it has happened.
    for (const name of ['web-api', 'auth-service', 'payment-worker'] as const) {
      assert.ok(
        stack.services[name].lines.some(({ msg }) => msg === 'feature flag pricing_v2 is on'),
        name,
      );
    }
    assert.equal(status, 200);
    assert.equal(changes().length, earlier + 1);
    assert.deepEqual(body, lastChange(), 'the answer tells the same');
    assert.deepEqual(lastChange(), {
      uid: body.uid,
      kind: 'feature_flag',
      service: 'web-api',
      from: 'pricing_v2=false',
      to: 'pricing_v2=true',
      actor: 'release-train',
      status: 'applied',
    });
  });

  test('a change that fails makes one line as well', async () => {
    const earlier = changes().length;
    const { status, body } = await post({
      kind: 'feature_flag',
      flag: 'no_such_flag',
      value: true,
      actor: 'release-train',
    });
    assert.deepEqual([status, body.error], [422, 'CHANGE_REFUSED']);
    assert.equal(changes().length, earlier + 1);
    assert.equal(lastChange().status, 'failed');
    assert.match(String(lastChange().detail), /no_such_flag/);
    const { error: _, message, ...change } = body;
    assert.deepEqual(change, lastChange(), 'the answer tells the same');
    assert.equal(message, change.detail);
  });

  test('a flag that an instance does not take in time is set back, and told as failed', async (t) => {
    const { pid } = stack.services['payment-worker'];
    process.kill(pid, 'SIGSTOP');
    t.after(() => process.kill(pid, 'SIGCONT'));
    const asked = { kind: 'feature_flag', flag: 'search_ranking_v2', value: true, actor: 'release-train' };
    const { status, body } = await post(asked);
    assert.deepEqual([status, body.error, body.status], [500, 'CHANGE_FAILED', 'failed']);
    const { error: _, message, ...change } = body;
    assert.deepEqual(change, lastChange());
    assert.deepEqual([change.from, change.to], ['search_ranking_v2=false', 'search_ranking_v2=true']);
    assert.match(String(message), /payment-worker.* did not take it within 5000 ms; it was taken back/);
    const client = new Client({ connectionString: stack.postgres.url });
    t.after(() => client.end());
    await client.connect();
    const { rows } = await client.query(`SELECT value FROM feature_flags WHERE flag = 'search_ranking_v2'`);
    assert.deepEqual(rows, [{ value: false }]);
    const said = stack.services['web-api'].lines.flatMap(
      ({ msg }) => /search_ranking_v2 is (on|off)/.exec(msg)?.[1] ?? [],
    );
    assert.deepEqual(said, ['on', 'off'], 'who had taken it has let it go');
  });

  test('a cache flush empties the cache and leaves the sessions', async (t) => {
    const cache = new Redis(`${stack.cache.url}/0`);
    const sessions = new Redis(`${stack.cache.url}/1`);
    t.after(() => [cache, sessions].map((redis) => redis.disconnect()));
    await cache.set('user:v1:1', '{}');
    await sessions.set('session:x', '{}');
    const keys = await cache.dbsize();
    assert.equal((await post({ kind: 'cache_flush', target: 'cache', actor: 'on-call' })).status, 200);
    assert.deepEqual([await cache.dbsize(), await sessions.dbsize()], [0, 1]);
    assert.equal(lastChange().from, `${keys} keys`);
  });

  test('a change that was carried out elsewhere is written down', async () => {
    const told = {
      kind: 'deployment',
      service: 'web-api',
      from: '1.8.0',
      to: '1.8.1',
      actor: 'release-train',
    };
    const { body } = await post({ ...told, apply: false });
    assert.deepEqual(lastChange(), { uid: body.uid, ...told, status: 'applied' });
    await post({ ...told, apply: false, status: 'failed', detail: 'health check' });
    assert.deepEqual([lastChange().status, lastChange().detail], ['failed', 'health check']);
  });

  test('what is no change is refused and makes no line', async () => {
    const earlier = changes().length;
    const flag = { kind: 'feature_flag', flag: 'pricing_v2', value: true, actor: 'a' };
    for (const body of [
      {},
      { ...flag, extra: 1 },
      { ...flag, value: 'maybe' },
      { ...flag, actor: '<script>' },
      { kind: 'deployment', service: 'web-api', from: '1', to: '2', actor: 'a' },
      { kind: 'cache_flush', target: 'sessions', actor: 'a' },
      { kind: 'nonsense', service: 'web-api', from: '1', to: '2', actor: 'a', apply: false },
    ]) {
      assert.equal((await post(body)).status, 400, JSON.stringify(body));
    }
    assert.equal(changes().length, earlier);
  });

  test('a wrong token gives 401, a foreign host 403, and neither changes anything', async () => {
    const earlier = changes().length;
    const flush = { kind: 'cache_flush', target: 'cache', actor: 'a' };
    assert.equal((await post(flush, { authorization: '' })).status, 401);
    assert.equal((await post(flush, { authorization: 'Bearer wrong' })).status, 401);
    assert.equal((await post(flush, { authorization: `Basic ${operatorToken}` })).status, 401);
    assert.equal((await post(flush, { host: 'evil.example' })).status, 403);
    assert.equal((await post(flush, { host: 'evil.example:80' })).status, 403);
    assert.equal(changes().length, earlier);
  });
});
