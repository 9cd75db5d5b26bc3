import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../testing/process.ts';
import { type Answer, Shopper } from '../testing/shopper.ts';
import { type Storefront, startStorefront } from '../testing/storefront.ts';

/** The bar: an answer within 2 s while something is down, and service again within 10 s of its return. */
const answerLimit = 2_000;
const recoveryLimit = 10_000;

describe('outages', () => {
  let stack: Storefront;
  let shopper: Shopper;
  before(async () => {
    stack = await startStorefront();
    shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
  });
  after(() => stack?.stop());

  let user = 20;
  const uncachedUser = () => {
    user += 1;
    return shopper.get(`/api/users/${user}`);
  };
  const requests: Record<string, () => Promise<Answer>> = {
    login: () => new Shopper({ url: stack.urls['web-api'] }).login(8),
    user: uncachedUser,
    search: () => shopper.get('/api/search?q=oak'),
    checkout: () => shopper.checkout({ product: 2 }),
  };
  const statuses = async () => {
    const result: Record<string, number> = {};
    for (const [name, send] of Object.entries(requests)) {
      const { status, took } = await send();
      assert.ok(took < answerLimit, `${name} answered after ${took} ms`);
      result[name] = status;
    }
    return result;
  };
  const wellAgain = () =>
    until(
      'everything is served again',
      async () => {
        await shopper.login(7);
        return Object.values(await statuses()).every((status) => status < 300);
      },
      recoveryLimit,
    );

  test('without postgres everything that needs it is 503 at once, and comes back', async () => {
    await stack.postgres.pause();
    assert.deepEqual(await statuses(), { login: 503, user: 503, search: 503, checkout: 503 });
    assert.equal((await fetch(`${stack.urls['web-api']}/health`)).status, 503);
    await stack.postgres.resume();
    await wellAgain();
  });

  test('without cache and sessions nobody is authorised: 503, and after the return a login is enough', async () => {
    await stack.cache.pause();
    assert.deepEqual(await statuses(), { login: 503, user: 503, search: 503, checkout: 503 });
    await stack.cache.resume();
    await wellAgain();
  });

  test('without the queue only checkout is 503, and what it had booked is taken back', async () => {
    await stack.queue.pause();
    assert.deepEqual(await statuses(), { login: 200, user: 200, search: 200, checkout: 503 });
    await stack.queue.resume();
    await wellAgain();
  });

  test('without auth-service every route is 503, and comes back with it', async () => {
    await stack.services['auth-service'].stop();
    assert.deepEqual(await statuses(), { login: 503, user: 503, search: 503, checkout: 503 });
    await stack.startService('auth-service');
    await wellAgain();
  });
});
