import { openDatabase } from '../chassis/database.ts';
import { createHttpServer } from '../chassis/http-server.ts';
import { closeRedis, openRedis, redisReady } from '../chassis/redis.ts';
import { runService } from '../chassis/service.ts';
import { subscribeFlags } from '../flags/subscription.ts';
import { type PaymentJob, paymentQueue } from '../payments/job.ts';
import { openQueue } from '../payments/producer.ts';
import { analyticsRoute } from './analytics.ts';
import { authClient } from './auth-client.ts';
import { authorise } from './authorise.ts';
import { checkoutRoute } from './checkout.ts';
import { loginRoute } from './login.ts';
import { searchRoute } from './search.ts';
import { userRoutes } from './users.ts';

runService({
  needs: ['databaseUrl', 'databasePoolMax', 'cacheUrl', 'queueUrl', 'authUrl'],
  start: async ({ config, log, instance }) => {
    const { databaseUrl, databasePoolMax, metricsToken } = config;
    const database = openDatabase({ databaseUrl, databasePoolMax, instance, log });
    const cache = openRedis({ url: config.cacheUrl, name: 'cache', log });
    const payments = openQueue<PaymentJob>({ name: paymentQueue, url: config.queueUrl, log });
    const auth = authClient(config);
    const flags = await subscribeFlags({ databaseUrl, instance, log });
    await redisReady(cache);

    const app = createHttpServer({
      log,
      metricsToken,
      checks: {
        database: () => database.query('SELECT 1'),
        cache: () => cache.ping(),
        queue: () => payments.queue.getJobCounts('waiting'),
        auth: () =>
          fetch(new URL('/health', config.authUrl), { signal: AbortSignal.timeout(900) }).then((answer) => {
            if (!answer.ok) throw new Error(`status ${answer.status}`);
          }),
      },
    });
    loginRoute(app, { auth });
    app.register(async function authorised(api) {
      api.addHook('preHandler', authorise(auth));
      userRoutes(api, { database, cache });
      searchRoute(api, { database });
      analyticsRoute(api, { database });
      checkoutRoute(api, { database, payments: payments.queue });
    });
    return {
      app,
      closing: [
        ['feature flags', flags.close],
        ['payment queue', payments.close],
        ['cache', () => closeRedis(cache)],
        ['database', () => database.end()],
      ],
    };
  },
});
