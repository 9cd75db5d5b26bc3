import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Shopper } from '../testing/shopper.ts';
import { metricsToken, type Storefront, startStorefront } from '../testing/storefront.ts';

describe('web-api', () => {
  let stack: Storefront;
  let shopper: Shopper;
  before(async () => {
    stack = await startStorefront();
    shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
  });
  after(() => stack?.stop());

  test('a login gives a token, a wrong password or name gives 401', async () => {
    const stranger = new Shopper({ url: stack.urls['web-api'] });
    assert.equal((await stranger.login(8)).status, 200);
    assert.match(stranger.token, /^[\w-]{43}$/);
    for (const username of ['user8', 'nobody']) {
      const answer = await stranger.post('/api/login', { username, password: 'wrong' });
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error, 'UNAUTHENTICATED');
    }
  });

  test('every route but login needs a session', async () => {
    const stranger = new Shopper({ url: stack.urls['web-api'] });
    for (const path of ['/api/users/1', '/api/users', '/api/search?q=oak', '/api/analytics']) {
      assert.equal((await stranger.get(path)).status, 401, path);
      assert.equal((await stranger.get(path, { authorization: 'Bearer unknown' })).status, 401, path);
    }
    assert.equal((await stranger.checkout()).status, 401);
  });

  test('a user is read from the database first and from the cache then', async () => {
    const first = await shopper.get('/api/users/42');
    assert.equal(first.status, 200);
    assert.equal(first.body.username, 'user42');
    assert.equal('password_hash' in first.body, false);
    const second = await shopper.get('/api/users/42');
    assert.deepEqual(second.body, first.body);
    const misses = stack.services['web-api'].lines.filter(
      ({ msg, key }) => msg === 'cache miss' && key === 'user:v1:42',
    );
    assert.deepEqual(
      misses.map(({ request_id }) => request_id),
      [first.requestId],
    );
    assert.equal((await shopper.get('/api/users/999999')).status, 404);
  });

  test('users are listed by country', async () => {
    const { status, body } = await shopper.get('/api/users?country=DE&limit=3');
    assert.equal(status, 200);
    const users = body.users as { country: string }[];
    assert.deepEqual(new Set(users.map(({ country }) => country)), new Set(['DE']));
    assert.equal(users.length, 3);
  });

  test('a search finds products and says how many were sold', async () => {
    const { status, body } = await shopper.get('/api/search?q=kitchen&limit=5');
    assert.equal(status, 200);
    const products = body.products as { category: string; sold: number }[];
    assert.equal(products.length, 5);
    assert.ok(products.every(({ sold }) => Number.isInteger(sold)));
    assert.deepEqual((await shopper.get('/api/search?q=zzzz')).body.products, []);
  });

  test('analytics gives days and best sellers', async () => {
    const { status, body } = await shopper.get('/api/analytics?days=30');
    assert.equal(status, 200);
    assert.ok((body.days as unknown[]).length >= 29);
    assert.equal((body.top_products as unknown[]).length, 10);
  });

  test('a sold-out or unknown product is refused and nothing is booked', async () => {
    assert.equal((await shopper.checkout({ product: 250 })).body.error, 'OUT_OF_STOCK');
    assert.equal((await shopper.checkout({ product: 250 })).status, 409);
    assert.equal((await shopper.checkout({ product: 9_999 })).status, 422);
    assert.equal((await shopper.checkout({ product: 1, quantity: 1 })).status, 201);
  });

  test('what the schema does not know is refused', async () => {
    const item = { product_id: 1, quantity: 1 };
    const card_number = '4242424242424242';
    const refused: unknown[] = [
      { items: [item], card_number, extra: 1 },
      { items: [{ ...item, extra: 1 }], card_number },
      { items: [], card_number },
      { items: [{ ...item, quantity: 0 }], card_number },
      { items: [item], card_number: '4242 4242' },
      { items: [item] },
      '{"items":',
      '{"__proto__":{"admin":true},"items":[],"card_number":"4242424242424242"}',
    ];
    for (const body of refused)
      assert.equal((await shopper.post('/api/checkout', body)).status, 400, JSON.stringify(body));
    for (const path of [
      '/api/users/x',
      '/api/users/0',
      '/api/users?limit=101',
      '/api/users?x=1',
      '/api/search',
      '/api/analytics?days=91',
    ]) {
      assert.equal((await shopper.get(path)).status, 400, path);
    }
  });

  test('a body over 64 KiB, a malformed URL and an unknown route have an answer and an access line', async () => {
    const large = await shopper.post('/api/checkout', JSON.stringify({ card_number: '4'.repeat(64 * 1024) }));
    const malformed = await shopper.get('/api/users/%zz');
    const unknown = await shopper.get('/api/nothing');
    assert.deepEqual([large.status, malformed.status, unknown.status], [413, 400, 404]);
    for (const { requestId, status } of [large, malformed, unknown]) {
      assert.deepEqual(
        stack.services['web-api'].access(requestId).map((line) => line.status),
        [status],
      );
    }
  });

  test('a proper request id is kept, another one is replaced', async () => {
    const kept = await shopper.get('/api/users/1', { 'x-request-id': 'order-page-17' });
    assert.equal(kept.headers.get('x-request-id'), 'order-page-17');
    for (const bad of ['a'.repeat(65), 'a b', 'a"b', '../x']) {
      const id = (await shopper.get('/api/users/1', { 'x-request-id': bad })).headers.get('x-request-id');
      assert.match(String(id), /^[0-9a-f-]{36}$/);
    }
  });

  test('/metrics needs its token on every service, /health does not', async () => {
    for (const url of Object.values(stack.urls)) {
      assert.equal((await fetch(`${url}/health`)).status, 200);
      assert.equal((await fetch(`${url}/metrics`)).status, 401);
      assert.equal(
        (await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer wrong' } })).status,
        401,
      );
      const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
      assert.equal(metrics.status, 200);
      assert.match(await metrics.text(), /telemetry_spans_dropped_total\{reason="queue_full"\} 0/);
    }
  });
});
