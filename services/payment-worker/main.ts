import { openDatabase } from '../chassis/database.ts';
import { createHttpServer } from '../chassis/http-server.ts';
import { runService } from '../chassis/service.ts';
import { subscribeFlags } from '../flags/subscription.ts';
import { deadLetterQueue, paymentQueue } from '../payments/job.ts';
import { openQueue } from '../payments/producer.ts';
import { measureQueue } from './queue-metrics.ts';
import { startWorker } from './worker.ts';

runService({
  needs: ['databaseUrl', 'databasePoolMax', 'queueUrl', 'workerConcurrency'],
  start: async ({ config, log, instance }) => {
    const { databaseUrl, databasePoolMax, metricsToken, queueUrl } = config;
    const database = openDatabase({ databaseUrl, databasePoolMax, instance, log });
    const flags = await subscribeFlags({ databaseUrl, instance, log });
    const payments = openQueue({ name: paymentQueue, url: queueUrl, log });
    const deadLetters = openQueue({ name: deadLetterQueue, url: queueUrl, log });
    measureQueue({ queue: payments.queue, name: 'payment_queue' });
    measureQueue({ queue: deadLetters.queue, name: 'payment_dead_letter_queue' });
    const worker = startWorker({
      queueUrl,
      concurrency: config.workerConcurrency,
      database,
      deadLetters: deadLetters.queue,
      log,
    });

    const app = createHttpServer({
      log,
      metricsToken,
      checks: {
        database: () => database.query('SELECT 1'),
        queue: () => payments.queue.getJobCounts('waiting'),
      },
    });
    return {
      app,
      closing: [
        ['worker', () => worker.close()],
        ['feature flags', flags.close],
        ['payment queue', payments.close],
        ['dead-letter queue', deadLetters.close],
        ['database', () => database.end()],
      ],
    };
  },
});
