import type { QueueOptions } from 'bullmq';
import { requestRedisOptions } from '../chassis/redis.ts';
import { queueTelemetry } from './queue-telemetry.ts';

/** Longer than for the cache: an order waits for it, and losing a job costs more than a few hundred ms. */
const commandTimeout = 1_500;

/** How a request publishes payment jobs: fails at once without a connection, four attempts a job, 0.5, 1 and 2 s apart. */
export function producerOptions({ queueUrl }: { queueUrl: string }): QueueOptions {
  return {
    connection: { url: queueUrl, ...requestRedisOptions, commandTimeout },
    telemetry: queueTelemetry(),
    defaultJobOptions: {
      attempts: 4,
      backoff: { type: 'exponential', delay: 500 },
      removeOnComplete: { count: 1_000 },
      removeOnFail: { count: 1_000 },
    },
  };
}
