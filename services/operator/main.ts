import { openDatabase } from '../chassis/database.ts';
import { createHttpServer } from '../chassis/http-server.ts';
import { closeRedis, openRedis, redisReady } from '../chassis/redis.ts';
import { runService } from '../chassis/service.ts';
import { changesRoute } from './changes.ts';
import { measureDatabase } from './database-metrics.ts';

runService({
  needs: ['databaseUrl', 'databasePoolMax', 'cacheUrl', 'operatorToken', 'allowedHosts'],
  start: async ({ config, log, instance }) => {
    const { databaseUrl, databasePoolMax, metricsToken, operatorToken, allowedHosts } = config;
    const database = openDatabase({ databaseUrl, databasePoolMax, instance, log });
    const cache = openRedis({ url: config.cacheUrl, name: 'cache', log });
    await redisReady(cache);
    const metrics = measureDatabase({ databaseUrl, instance, log });

    const app = createHttpServer({
      log,
      metricsToken,
      checks: { database: () => database.query('SELECT 1'), cache: () => cache.ping() },
    });
    changesRoute(app, { database, cache, databaseUrl, instance, operatorToken, allowedHosts });
    return {
      app,
      closing: [
        ['cache', () => closeRedis(cache)],
        ['database metrics', metrics.close],
        ['database', () => database.end()],
      ],
    };
  },
});
