import type { Redis } from 'ioredis';
import { reasonOf } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { cacheLookups } from '../chassis/metrics.ts';

/** Something that is read from the cache, and made from the database where the cache does not have it. */
export interface Cached<T> {
  /** what the counter of lookups calls it */
  name: string;
  key: string;
  /** how long it may be answered from the cache, s */
  seconds: number;
  load: () => Promise<T>;
}

/** A counter that is there from the start says zero, where a missing one says nothing. */
export function countLookups(name: string): void {
  for (const result of ['hit', 'miss', 'error']) cacheLookups.inc({ cache: name, result }, 0);
}

/** Cache-aside: what the cache cannot say is asked of the database, a lost cache included. */
export async function cached<T>({
  cache,
  log,
  entry,
}: {
  cache: Redis;
  log: Logger;
  entry: Cached<T>;
}): Promise<T> {
  const { name, key, seconds, load } = entry;
  try {
    const text = await cache.get(key);
    cacheLookups.inc({ cache: name, result: text === null ? 'miss' : 'hit' });
    if (text !== null) return JSON.parse(text) as T;
    log.info({ cache: name, key }, 'cache miss');
  } catch (error) {
    cacheLookups.inc({ cache: name, result: 'error' });
    log.warn(`cache read failed: ${reasonOf(error)}`);
  }
  const value = await load();
  try {
    await cache.set(key, JSON.stringify(value), 'EX', seconds);
  } catch (error) {
    log.warn(`cache write failed: ${reasonOf(error)}`);
  }
  return value;
}
