import type { PartSet } from '../parts/part-set.ts';
import { openPart, type PartOf, readPart } from '../parts/read-part.ts';
import { compareKey, compareRows, type RowsView } from '../parts/rows-view.ts';
import type { Signal } from '../read/raw-object.ts';
import { readAhead } from '../read-ahead.ts';
import type { ObjectStore } from '../store/store.ts';
import { Cursor, Gathering, type MergedBatch } from './gathering.ts';

/** All parts of part sets. */
export const partsOf = (sets: readonly PartSet[]): PartOf[] =>
  sets.flatMap(({ source, parts }) => parts.map((part, n) => ({ ...part, source, n })));

/** Opens parts in the order given. */
type OpenParts = (inOrder: readonly PartOf[]) => AsyncGenerator<RowsView, void>;

/** Parts as stored that lie ready, or are on their way, while one is opened: a store that answers late is not waited for. */
const AHEAD = { atOnce: 64, room: 6 << 20 };

/** Reads the rows of a run's parts. @throws `PART_INVALID`, `CANCELLED` */
export const partReader = ({
  raw,
  runId,
  signal,
}: {
  raw: ObjectStore;
  runId: string;
  signal?: AbortSignal | undefined;
}): OpenParts =>
  async function* (inOrder) {
    const read = (of: PartOf): Promise<Uint8Array> => readPart({ raw, runId, of });
    const ahead = { ...AHEAD, unitsOf: ({ rows }: PartOf) => rows, signal, what: `sealing run ${runId}` };
    for await (const { item, bytes } of readAhead({ items: inOrder, read, ...ahead }))
      yield await openPart({ runId, of: item, bytes });
  };

export interface MergeCounts {
  readonly duplicate: Record<Signal, number>;
  readonly outside: Record<Signal, number>;
}

export const noCounts = (): MergeCounts => ({
  duplicate: { logs: 0, traces: 0, metrics: 0 },
  outside: { logs: 0, traces: 0, metrics: 0 },
});

/**
 * Merges sorted parts into batches in the order of the dataset, without duplicates. A part is opened when the merge reaches its
 * least time and let go at its last row, so that memory follows how many parts overlap, not how many there are.
 *
 * Duplicates lie side by side, since the time is part of an identity; of copies that differ the least by content stays. Lines
 * without a time of their own (`log.unparsed`) may come with two times when the collector read them twice: their identities
 * are remembered, and the earliest stays.
 */
export async function* mergeParts({
  parts,
  open,
  endMs,
  counts = noCounts(),
}: {
  parts: readonly PartOf[];
  open: OpenParts;
  /** Rows from here on are outside of the window: parts may have been made while it was open. */
  endMs: number;
  /** Of the rows that are left out; counted up. */
  counts?: MergeCounts;
}): AsyncGenerator<MergedBatch, void> {
  const waiting = parts
    .filter(({ rows }) => rows > 0)
    .sort(
      (a, b) =>
        (a.min_ms as number) - (b.min_ms as number) ||
        (a.source === b.source ? a.n - b.n : a.source < b.source ? -1 : 1),
    );
  const opened = open(waiting);
  try {
    yield* mergeOpened({ waiting, opened, endMs, counts });
  } finally {
    await opened.return();
  }
}

async function* mergeOpened({
  waiting,
  opened,
  endMs,
  counts,
}: {
  /** By their least time. */
  waiting: readonly PartOf[];
  /** The same, opened. */
  opened: AsyncIterator<RowsView, void>;
  endMs: number;
  counts: MergeCounts;
}): AsyncGenerator<MergedBatch, void> {
  const heap = new CursorHeap();
  const unparsed = new Set<string>();
  const gathering = new Gathering();
  let last: RowsView | undefined;
  let lastRow = 0;
  let next = 0;
  for (;;) {
    for (
      let part = waiting[next];
      part && (heap.size === 0 || (part.min_ms as number) <= heap.leastTime());
      part = waiting[next]
    ) {
      heap.push(new Cursor((await opened.next()).value as RowsView, part.signal));
      next += 1;
    }
    const cursor = heap.top;
    if (!cursor) break;
    const { view, row, signal, time } = cursor;
    let count = 1;
    if (time >= endMs) counts.outside[signal] += 1;
    else if (last && compareKey(last, lastRow, view, row) === 0) counts.duplicate[signal] += 1;
    else {
      const uid = cursor.unparsedUid();
      if (uid !== undefined && unparsed.has(uid)) counts.duplicate[signal] += 1;
      else {
        if (uid !== undefined) unparsed.add(uid);
        const limit = Math.min(endMs, heap.secondTime(), waiting[next]?.min_ms ?? endMs);
        count = cursor.countBefore(limit, gathering.room);
        gathering.take(cursor, count);
        if (gathering.room === 0) yield gathering.batch();
      }
      [last, lastRow] = [view, row + count - 1];
    }
    heap.advance(count);
  }
  if (gathering.signals.length > 0) yield gathering.batch();
}

/** A binary heap of cursors, the one with the least row on top. */
class CursorHeap {
  #items: Cursor[] = [];

  get size(): number {
    return this.#items.length;
  }
  get top(): Cursor | undefined {
    return this.#items[0];
  }
  leastTime(): number {
    return (this.#items[0] as Cursor).time;
  }
  /** Of the least row of all but the top cursor. */
  secondTime(): number {
    const [, left, right] = this.#items;
    return Math.min(left?.time ?? Number.POSITIVE_INFINITY, right?.time ?? Number.POSITIVE_INFINITY);
  }

  push(cursor: Cursor): void {
    let at = this.#items.length;
    this.#items.push(cursor);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** Moves the top cursor on by so many rows; lets it go behind its last. */
  advance(count: number): void {
    const top = this.#items[0] as Cursor;
    if (!top.advance(count)) {
      const last = this.#items.pop() as Cursor;
      if (this.#items.length === 0) return;
      this.#items[0] = last;
    }
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#items.length) return;
      const least = left + 1 < this.#items.length && this.#less(left + 1, left) ? left + 1 : left;
      if (!this.#less(least, at)) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #less(a: number, b: number): boolean {
    const x = this.#items[a] as Cursor;
    const y = this.#items[b] as Cursor;
    return x.time === y.time ? compareRows(x.view, x.row, y.view, y.row) < 0 : x.time < y.time;
  }
  #swap(a: number, b: number): void {
    const item = this.#items[a] as Cursor;
    this.#items[a] = this.#items[b] as Cursor;
    this.#items[b] = item;
  }
}
