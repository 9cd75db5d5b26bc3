import { Pool } from 'pg';
import { loadConfig, processFields } from '../chassis/config.ts';
import { startOrExit, stopTelemetry } from '../chassis/lifecycle.ts';
import { processLog } from '../chassis/log.ts';
import { migrate } from './migrations.ts';

/** One shot: makes tables, seed and indexes where they are missing, then exits 0. */
async function setUp(): Promise<void> {
  const { service, version, logLevel } = loadConfig({ fields: processFields });
  const log = processLog({ service, version, level: logLevel });
  await startOrExit({
    service,
    log,
    start: async () => {
      const config = loadConfig({ fields: ['databaseUrl', 'seedUsers', 'seedProducts', 'seedOrders'] });
      const pool = new Pool({ connectionString: config.databaseUrl, application_name: service, max: 1 });
      const client = await pool.connect();
      const started = Date.now();
      try {
        const applied = await migrate({
          client,
          size: { users: config.seedUsers, products: config.seedProducts, orders: config.seedOrders },
          onStep: (id, ms) => log.info({ migration: id, duration_ms: ms }, `migration ${id} applied`),
        });
        const done = applied.length > 0 ? 'database is set up' : 'database was set up already';
        log.info({ duration_ms: Date.now() - started }, done);
      } finally {
        client.release();
        await pool.end();
      }
    },
  });
  await stopTelemetry({ service, log });
  process.exit(0);
}

void setUp();
