import type { FastifyInstance } from 'fastify';
import { openDatabase, type Pool } from '../chassis/database.ts';
import { reasonOf } from '../chassis/errors.ts';
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
import { type Popular, popularProducts } from './popular.ts';
import { recentActivity } from './recent.ts';
import { userRoutes } from './users.ts';

/** Puts GET /api/search on a server; the part in which releases differ. */
export type SearchRoute = (app: FastifyInstance, parts: { database: Pool; popular: Popular }) => void;

/** The service web-api, with the search of its release. */
export function runWebApi({ searchRoute }: { searchRoute: SearchRoute }): void {
  runService({
    needs: ['databaseUrl', 'databasePoolMax', 'cacheUrl', 'queueUrl', 'authUrl', 'recentViewsDays'],
    start: async ({ config, log, instance }) => {
      const { databaseUrl, databasePoolMax, metricsToken } = config;
      const database = openDatabase({ databaseUrl, databasePoolMax, instance, log });
      const cache = openRedis({ url: config.cacheUrl, name: 'cache', log });
      const payments = openQueue<PaymentJob>({ name: paymentQueue, url: config.queueUrl, log });
      const auth = authClient(config);
      const flags = await subscribeFlags({ databaseUrl, instance, log });
      const popular = popularProducts({ database, cache });
      const recent = recentActivity({ days: config.recentViewsDays });
      await redisReady(cache);
      // Counted before the first customer asks, unless another instance has.
      await popular(log).catch((error) =>
        log.warn(`popular products are not counted yet: ${reasonOf(error)}`),
      );

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
      loginRoute(app, { auth, recent });
      app.register(async function authorised(api) {
        api.addHook('preHandler', authorise(auth));
        api.addHook('preHandler', recent.track);
        userRoutes(api, { database, cache, popular });
        searchRoute(api, { database, popular });
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
}
