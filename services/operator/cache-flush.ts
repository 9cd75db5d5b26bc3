import type { Redis } from 'ioredis';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import type { Effect } from './change.ts';

/** Empties the cache (not the sessions, which are another database of the same redis). @throws CHANGE_REFUSED */
export async function flushCache({ cache }: { cache: Redis }): Promise<Effect> {
  try {
    const keys = await cache.dbsize();
    await cache.flushdb();
    return { service: 'cache', from: `${keys} keys`, to: '0 keys', detail: 'FLUSHDB' };
  } catch (error) {
    throw storefrontError('CHANGE_REFUSED', [`cache was not flushed: ${reasonOf(error)}`], { cause: error });
  }
}
