import { openDatabase } from '../chassis/database.ts';
import { createHttpServer } from '../chassis/http-server.ts';
import { closeRedis, openRedis, redisReady } from '../chassis/redis.ts';
import { runService } from '../chassis/service.ts';
import { subscribeFlags } from '../flags/subscription.ts';
import { loginRoute } from './login.ts';
import { Sessions } from './sessions.ts';
import { validateRoute } from './validate.ts';

runService({
  needs: ['databaseUrl', 'databasePoolMax', 'sessionsUrl'],
  start: async ({ config, log, instance }) => {
    const { databaseUrl, databasePoolMax, metricsToken } = config;
    const database = openDatabase({ databaseUrl, databasePoolMax, instance, log });
    const redis = openRedis({ url: config.sessionsUrl, name: 'session store', log });
    const flags = await subscribeFlags({ databaseUrl, instance, log });
    await redisReady(redis);
    const sessions = new Sessions({ redis });

    const app = createHttpServer({
      log,
      metricsToken,
      checks: { database: () => database.query('SELECT 1'), sessions: () => redis.ping() },
    });
    loginRoute(app, { database, sessions });
    validateRoute(app, { sessions });
    return {
      app,
      closing: [
        ['feature flags', flags.close],
        ['session store', () => closeRedis(redis)],
        ['database', () => database.end()],
      ],
    };
  },
});
