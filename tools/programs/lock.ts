import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { ProgramError } from './errors.ts';

const POLL_MS = 200;
/** Older than this without a sign of life, the lock's owner is taken for dead and the lock is taken over. */
const STALE_MS = 10_000;
const DEADLINE_MS = 45 * 60_000;

/**
 * Does `work` while no other process does it. The lock is a folder whose time its owner renews.
 * It only spares the double work: what `work` publishes is put in place by one rename, so even two owners do no harm.
 */
export async function withLock<T>({
  lock,
  work,
  onWaiting,
  signal,
  deadlineMs = DEADLINE_MS,
}: {
  lock: string;
  work: () => Promise<T>;
  /** called once a poll, with the milliseconds waited so far */
  onWaiting?: ((waitedMs: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  deadlineMs?: number;
}): Promise<T> {
  const started = Date.now();
  for (;;) {
    signal?.throwIfAborted();
    const release = await tryLock(lock);
    if (release) {
      try {
        return await work();
      } finally {
        await release();
      }
    }
    const waited = Date.now() - started;
    if (waited > deadlineMs) {
      throw new ProgramError(
        'PROGRAM_LOCK_TIMEOUT',
        `another process has held ${lock} for ${Math.round(waited / 1000)} s; if none is building, remove that folder`,
      );
    }
    onWaiting?.(waited);
    await delay(POLL_MS, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}

async function tryLock(lock: string): Promise<(() => Promise<void>) | undefined> {
  try {
    const release = await lockfile.lock(lock, {
      lockfilePath: lock,
      realpath: false,
      stale: STALE_MS,
      update: STALE_MS / 4,
      // a suspended machine can lose the lock; the default would end the process
      onCompromised: () => {},
    });
    return () => release().catch(() => {});
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}
