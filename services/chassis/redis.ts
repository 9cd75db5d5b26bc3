import { Redis } from 'ioredis';
import { reasonOf } from './errors.ts';
import type { Logger } from './log.ts';
import { timeLimit } from './time-limit.ts';

export type { Redis };

/** How long redis may take for a command, ms. */
const commandTimeout = 500;

/**
 * A connection whose callers wait for an answer. A command fails at once while there is no connection (no offline queue),
 * and after `limit` ms when the server does not answer: a request is never held by a lost redis.
 */
export class RequestRedis extends Redis {
  readonly #limit: number;

  constructor({ url, limit = commandTimeout }: { url: string; limit?: number }) {
    super(url, {
      connectTimeout: 1_000,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
      retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
      reconnectOnError: () => false,
    });
    this.#limit = limit;
  }

  // The driver's own `commandTimeout` also gives up on an answer that is there and was not read yet.
  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    const sent = super.sendCommand(command, stream);
    if (command.isResolved) return sent;
    const lift = timeLimit(this.#limit, () => command.reject(new Error('Command timed out')));
    command.promise.then(lift, lift);
    return sent;
  }
}

const closing = new WeakSet<Redis>();

/** Opens a connection and keeps it open; `name` (cache, sessions) is what the log lines call it. */
export function openRedis({ url, name, log }: { url: string; name: string; log: Logger }): Redis {
  const redis = new RequestRedis({ url });
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
