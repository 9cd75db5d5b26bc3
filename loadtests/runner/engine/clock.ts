import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** Monotonic milliseconds; every schedule of a test is kept in these. */
export const now = (): number => performance.now();

/**
 * Waits until the clock shows `target`, or until `signal` aborts.
 * @returns false if it was aborted
 */
export async function sleepUntil({
  target,
  signal,
}: {
  target: number;
  signal: AbortSignal;
}): Promise<boolean> {
  // Starts that are due already still let I/O have a turn, so that finished VUs can come back first.
  if (!signal.aborted && target <= now()) await nextTurn();
  // A timer may fire up to a millisecond early, hence the loop.
  while (!signal.aborted && target > now()) await timer({ ms: target - now(), signal });
  return !signal.aborted;
}

function timer({ ms, signal }: { ms: number; signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const handle = setTimeout(done, Math.min(ms, 2 ** 31 - 1));
    signal.addEventListener('abort', done, { once: true });
  });
}
