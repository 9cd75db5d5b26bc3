import { throwIfStopped } from './errors.ts';

/** Bytes of a unit before any is known. */
const FIRST_GUESS = 256;

/**
 * What `read` gives for each item, in the order of the items; the next ones are read meanwhile. As many are in hand (being read,
 * or read and not taken yet) as `atOnce` and `room` allow, and one always. What is being read is guessed by its units, at the most
 * bytes of a unit so far.
 * An error comes when its item's turn comes. However it ends, no read goes on behind it.
 * @throws what `read` throws; `CANCELLED`
 */
export async function* readAhead<T>({
  items,
  read,
  unitsOf,
  atOnce,
  room,
  signal,
  what,
}: {
  items: readonly T[];
  read: (item: T) => Promise<Uint8Array>;
  /** Of which its size follows, more or less: rows, say. */
  unitsOf: (item: T) => number;
  atOnce: number;
  /** Bytes. */
  room: number;
  signal: AbortSignal | undefined;
  /** For the error of a stop: what is done, and to which run. */
  what: string;
}): AsyncGenerator<{ readonly item: T; readonly bytes: Uint8Array }, void> {
  const queue: Held<T>[] = [];
  let next = 0;
  let unitBytes: number | undefined;
  const guess = (item: T): number => unitsOf(item) * (unitBytes ?? FIRST_GUESS);
  const hasRoomFor = (item: T): boolean => {
    const held = queue.reduce((sum, { item: other, size }) => sum + (size ?? guess(other)), guess(item));
    return queue.length === 0 || (queue.length < atOnce && held <= room);
  };
  const begin = (item: T): Held<T> => {
    const held: Held<T> = { item, size: undefined, bytes: read(item) };
    held.bytes.then(
      ({ length }) => {
        held.size = length;
        unitBytes = Math.max(unitBytes ?? 0, length / Math.max(1, unitsOf(item)));
      },
      () => undefined, // it is told where it is awaited, which may never be
    );
    return held;
  };
  const fill = (): void => {
    for (let item = items[next]; item !== undefined && hasRoomFor(item); item = items[++next])
      queue.push(begin(item));
  };
  try {
    for (;;) {
      throwIfStopped({ signal, what });
      fill();
      const [first] = queue;
      if (!first) return;
      const bytes = await first.bytes;
      queue.shift();
      fill();
      yield { item: first.item, bytes };
    }
  } finally {
    await Promise.allSettled(queue.map(({ bytes }) => bytes));
  }
}

interface Held<T> {
  readonly item: T;
  /** Bytes; undefined while it is being read. */
  size: number | undefined;
  readonly bytes: Promise<Uint8Array>;
}
