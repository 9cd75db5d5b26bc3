import { throwIfStopped } from './errors.ts';

/**
 * Works off `items` in `count` lanes at once. The first error stops them all: each ends what it has in hand and takes nothing
 * more, and the error goes on when the last lane has ended, so that nobody works on behind the caller's back.
 * @throws what a lane throws first; `CANCELLED`
 */
export async function inLanes<T>({
  items,
  count,
  signal,
  what,
  lane,
}: {
  items: AsyncIterable<T> | Iterable<T>;
  count: number;
  signal: AbortSignal | undefined;
  /** For the error of a stop: what is done, and to which run. */
  what: string;
  /** Makes the worker of one lane. */
  lane: () => (item: T) => Promise<void>;
}): Promise<void> {
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const failures: unknown[] = [];
  const run = async (): Promise<void> => {
    const work = lane();
    try {
      while (failures.length === 0) {
        throwIfStopped({ signal, what });
        const next = await source.next();
        if (next.done || failures.length > 0) return;
        throwIfStopped({ signal, what });
        await work(next.value);
      }
    } catch (error) {
      failures.push(error);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, count) }, run));
  if (failures.length === 0) return;
  await source.return?.();
  throw failures[0];
}
