import { Queue } from 'bullmq';
import { openDatabase } from '../chassis/database.ts';
import { reasonOf } from '../chassis/errors.ts';
import { createHttpServer } from '../chassis/http-server.ts';
import { runService } from '../chassis/service.ts';
import { subscribeFlags } from '../flags/subscription.ts';
import { deadLetterQueue, paymentQueue } from '../payments/job.ts';
import { producerOptions } from '../payments/producer.ts';
import { measureQueue } from './queue-metrics.ts';
import { startWorker } from './worker.ts';

runService({
  needs: ['databaseUrl', 'databasePoolMax', 'queueUrl', 'workerConcurrency'],
  start: async ({ config, log, instance }) => {
    const { databaseUrl, databasePoolMax, metricsToken, queueUrl } = config;
    const database = openDatabase({ databaseUrl, databasePoolMax, instance, log });
    const flags = await subscribeFlags({ databaseUrl, instance, log });
    const payments = new Queue(paymentQueue, producerOptions({ queueUrl }));
    const deadLetters = new Queue(deadLetterQueue, producerOptions({ queueUrl }));
    for (const queue of [payments, deadLetters]) {
      queue.on('error', (error) => log.warn(`${queue.name} queue connection failed: ${reasonOf(error)}`));
    }
    measureQueue({ queue: payments, name: 'payment_queue' });
    measureQueue({ queue: deadLetters, name: 'payment_dead_letter_queue' });
    const worker = startWorker({
      queueUrl,
      concurrency: config.workerConcurrency,
      database,
      deadLetters,
      log,
    });

    const app = createHttpServer({
      log,
      metricsToken,
      checks: {
        database: () => database.query('SELECT 1'),
        queue: () => payments.getJobCounts('waiting'),
      },
    });
    return {
      app,
      closing: [
        ['worker', () => worker.close()],
        ['feature flags', flags.close],
        ['payment queue', () => payments.close()],
        ['dead-letter queue', () => deadLetters.close()],
        ['database', () => database.end()],
      ],
    };
  },
});
