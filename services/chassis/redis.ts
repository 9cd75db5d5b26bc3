import { Redis } from 'ioredis';
import { reasonOf } from './errors.ts';
import type { Logger } from './log.ts';

export type { Redis };

/**
 * Options of a connection whose callers wait for an answer. A command fails at once while there is no connection (no
 * offline queue), and after half a second when the server does not answer: a request is never held by a lost redis.
 */
export const requestRedisOptions = {
  connectTimeout: 1_000,
  commandTimeout: 500,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
  reconnectOnError: () => false,
};

const closing = new WeakSet<Redis>();

/** Opens a connection and keeps it open; `name` (cache, sessions) is what the log lines call it. */
export function openRedis({ url, name, log }: { url: string; name: string; log: Logger }): Redis {
  const redis = new Redis(url, requestRedisOptions);
  let connected = false;
  redis.on('ready', () => {
    connected = true;
    log.info(`${name} connected`);
  });
  redis.on('close', () => {
    if (connected && !closing.has(redis)) log.warn(`${name} connection closed`);
    connected = false;
  });
  redis.on('error', (error) => log.warn(`${name} connection failed: ${reasonOf(error)}`));
  return redis;
}

/** Resolves when the connection is usable, or after `limit` ms without one: the health check tells the rest. */
export async function redisReady(redis: Redis, limit = 5_000): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, limit);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Closes politely, and hard when the server does not answer. */
export async function closeRedis(redis: Redis): Promise<void> {
  closing.add(redis);
  try {
    if (redis.status === 'ready') await redis.quit();
  } catch {
    // The server went away while we said goodbye.
  }
  redis.disconnect();
}
