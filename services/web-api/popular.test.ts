import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { Shopper } from '../testing/shopper.ts';
import { metricsToken, type Storefront, startStorefront } from '../testing/storefront.ts';

describe('popular products', () => {
  let stack: Storefront;
  let shopper: Shopper;
  let cache: Redis;
  before(async () => {
    stack = await startStorefront();
    cache = new Redis(`${stack.cache.url}/0`);
    shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
  });
  after(async () => {
    cache?.disconnect();
    await stack?.stop();
  });

  const lookups = async () => {
    const answer = await fetch(`${stack.urls['web-api']}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    const counts = { hit: 0, miss: 0, error: 0 };
    for (const [, result, count] of (await answer.text()).matchAll(
      /^cache_lookups_total\{cache="popular",result="(\w+)"\} (\d+)$/gm,
    ))
      counts[result as keyof typeof counts] = Number(count);
    return counts;
  };

  test('they are in the cache before the first customer asks, for a day', async () => {
    assert.deepEqual(await lookups(), { hit: 0, miss: 1, error: 0 });
    assert.ok((await cache.ttl('popular:v1')) > 86_000);
  });

  test('a user and a search come with the five that most customers bought', async () => {
    const { body } = await shopper.get('/api/users/42');
    const popular = body.popular as { id: number; customers: number }[];
    assert.equal(popular.length, 5);
    const customers = popular.map((product) => product.customers);
    assert.deepEqual(
      customers,
      [...customers].sort((a, b) => b - a),
    );
    assert.deepEqual((await shopper.get('/api/search?q=oak')).body.popular, popular);
    assert.deepEqual(await lookups(), { hit: 2, miss: 1, error: 0 });
  });

  test('after the cache was emptied they are counted anew, and kept again', async () => {
    const { popular } = (await shopper.get('/api/users/42')).body;
    await cache.flushdb();
    const { requestId, body } = await shopper.get('/api/users/42');
    assert.deepEqual(body.popular, popular);
    assert.deepEqual(JSON.parse((await cache.get('popular:v1')) ?? ''), popular);
    const misses = stack.services['web-api'].lines.filter(
      ({ msg, request_id }) => msg === 'cache miss' && request_id === requestId,
    );
    assert.deepEqual(
      misses.map(({ key }) => key),
      ['user:v1:42', 'popular:v1'],
    );
  });

  test('without a cache they are counted from the database, and the lookup is an error', async () => {
    await stack.startService('web-api', { CACHE_URL: 'redis://127.0.0.1:1/0' });
    shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
    const { status, body } = await shopper.get('/api/users/42');
    assert.equal(status, 200);
    assert.equal((body.popular as unknown[]).length, 5);
    assert.deepEqual(await lookups(), { hit: 0, miss: 0, error: 2 });
  });
});
