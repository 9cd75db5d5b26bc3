import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * How long a request may wait in all for what others have to give it (an answer of auth-service, connections to the database),
 * ms. Limits of each wait alone would add up: a request that waits twice would be refused when nobody listens any more.
 */
const requestLimit = 1_500;

/** What costs no wait is had even by a request whose time is over: a connection that is free, or only has to be opened. */
const least = 100;

/** By request: when its waiting is over, on the clock of `performance.now()`. */
const ends = new AsyncLocalStorage<number>();

/** Runs what answers a request, with its time to wait beginning now. */
export function withWaitLimit(answer: () => void): void {
  ends.run(performance.now() + requestLimit, answer);
}

/**
 * How long the request may still wait, ms, `limit` at most. Outside of a request it is `limit`.
 */
export function waitLeft(limit: number): number {
  const end = ends.getStore();
  return end === undefined ? limit : Math.min(limit, Math.max(least, Math.ceil(end - performance.now())));
}
