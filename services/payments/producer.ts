import { Queue } from 'bullmq';
import { reasonOf } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { closeRedis, RequestRedis } from '../chassis/redis.ts';
import { queueTelemetry } from './queue-telemetry.ts';

/** Longer than for the cache, ms: an order waits for it, and losing a job costs more than a few hundred ms. */
const commandTimeout = 1_500;

/** A queue as its producers see it: a job fails at once without a connection, four attempts a job, 0.5, 1 and 2 s apart. */
export function openQueue<Job>({ name, url, log }: { name: string; url: string; log: Logger }): {
  queue: Queue<Job>;
  close: () => Promise<void>;
} {
  const connection = new RequestRedis({ url, limit: commandTimeout });
  const queue = new Queue<Job>(name, {
    connection,
    // The version is asked once: a queue whose question was not answered in time would refuse every job from then on.
    skipVersionCheck: true,
    telemetry: queueTelemetry(),
    defaultJobOptions: {
      attempts: 4,
      backoff: { type: 'exponential', delay: 500 },
      removeOnComplete: { count: 1_000 },
      removeOnFail: { count: 1_000 },
    },
  });
  queue.on('error', (error) => log.warn(`${name} queue connection failed: ${reasonOf(error)}`));
  return {
    queue,
    close: async () => {
      await queue.close();
      await closeRedis(connection);
    },
  };
}
