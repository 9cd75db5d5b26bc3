import { Rows } from '../map/rows.ts';
import { NUMBER_SLOTS, SLOT, TEXT_SLOTS } from '../map/slots.ts';
import type { Part, PartSet } from '../parts/part-set.ts';
import { readPart } from '../parts/read-part.ts';
import { compareKey, compareRows, type RowsView } from '../parts/rows-view.ts';
import type { Signal } from '../read/raw-object.ts';
import type { ObjectStore } from '../store/store.ts';

/** Rows a batch: large enough that the cost of a batch does not matter, small enough to be held many times over. */
const BATCH_ROWS = 16_384;

export interface MergedBatch {
  /** In the order of the dataset; used again for the next batch. */
  readonly rows: Rows;
  /** By row: the input that it came by. */
  readonly signals: readonly Signal[];
}

/** Rows of one piece of a raw object. */
export interface PartSource extends Part {
  readonly source: string;
  /** Which piece. */
  readonly n: number;
}

/** All parts of part sets. */
export const partsOf = (sets: readonly PartSet[]): PartSource[] =>
  sets.flatMap(({ source, parts }) => parts.map((part, n) => ({ ...part, source, n })));

/** Reads the rows of a run's parts. @throws `PART_INVALID` */
export const partReader =
  ({ raw, runId }: { raw: ObjectStore; runId: string }) =>
  (of: PartSource): Promise<RowsView> =>
    readPart({ raw, runId, of });

export interface MergeCounts {
  readonly duplicate: Record<Signal, number>;
  readonly outside: Record<Signal, number>;
}

/** A part that is being read. `remap` turns its string ids into those of the batch. */
class Cursor {
  row = 0;
  readonly view: RowsView;
  readonly signal: Signal;
  readonly remap: Int32Array;

  constructor(view: RowsView, signal: Signal) {
    this.view = view;
    this.signal = signal;
    this.remap = new Int32Array(view.offsets.length).fill(-1);
  }
}

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
}: {
  parts: readonly PartSource[];
  open: (part: PartSource) => Promise<RowsView>;
  /** Rows from here on are outside of the window: parts may have been made while it was open. */
  endMs: number;
}): AsyncGenerator<MergedBatch, MergeCounts> {
  const waiting = parts
    .filter(({ rows }) => rows > 0)
    .sort(
      (a, b) =>
        (a.min_ms as number) - (b.min_ms as number) ||
        (a.source === b.source ? a.n - b.n : a.source < b.source ? -1 : 1),
    );
  const counts: MergeCounts = {
    duplicate: { logs: 0, traces: 0, metrics: 0 },
    outside: { logs: 0, traces: 0, metrics: 0 },
  };
  const heap = new CursorHeap();
  const unparsed = new Set<string>();
  const rows = new Rows({ capacity: BATCH_ROWS });
  let signals: Signal[] = [];
  let last: { view: RowsView; row: number } | undefined;
  let next = 0;
  for (;;) {
    for (
      let part = waiting[next];
      part && (heap.size === 0 || (part.min_ms as number) <= heap.leastTime());
      part = waiting[next]
    ) {
      heap.push(new Cursor(await open(part), part.signal));
      next += 1;
    }
    const cursor = heap.top;
    if (!cursor) break;
    const { view, row, signal } = cursor;
    if ((view.numbers[SLOT.time]?.[row] as number) >= endMs) counts.outside[signal] += 1;
    else if (last && compareKey(last.view, last.row, view, row) === 0) counts.duplicate[signal] += 1;
    else {
      last = { view, row };
      copyRow(cursor, rows);
      if (isRepeatedLine(rows, unparsed)) {
        rows.drop();
        counts.duplicate[signal] += 1;
      } else signals.push(signal);
      if (rows.length === BATCH_ROWS) {
        yield { rows, signals };
        signals = [];
        rows.clear();
        heap.forgetStrings();
      }
    }
    heap.advance();
  }
  if (rows.length > 0) yield { rows, signals };
  return counts;
}

function isRepeatedLine(rows: Rows, seen: Set<string>): boolean {
  const row = rows.length - 1;
  if (rows.value(row, 'event_kind') !== 'log.unparsed') return false;
  const uid = rows.value(row, 'event_uid') as string;
  if (seen.has(uid)) return true;
  seen.add(uid);
  return false;
}

function copyRow({ view, row, remap }: Cursor, rows: Rows): void {
  const at = rows.add();
  for (const slot of NUMBER_SLOTS) {
    const source = view.numbers[slot];
    if (source) (rows.numbers[slot] as Float64Array)[at] = source[row] as number;
  }
  for (const slot of TEXT_SLOTS) {
    const source = view.texts[slot];
    if (!source) continue;
    const id = source[row] as number;
    if (id < 0) continue;
    let mapped = remap[id] as number;
    if (mapped < 0) {
      mapped = rows.pool.ofBytes(view.bytes, view.offsets[id] as number, view.offsets[id + 1] as number);
      remap[id] = mapped;
    }
    (rows.texts[slot] as Int32Array)[at] = mapped;
  }
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
    const top = this.#items[0] as Cursor;
    return top.view.numbers[SLOT.time]?.[top.row] as number;
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

  /** Moves the top cursor to its next row; lets it go behind its last. */
  advance(): void {
    const top = this.#items[0] as Cursor;
    top.row += 1;
    if (top.row === top.view.length) {
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

  /** The batch's pool was emptied. */
  forgetStrings(): void {
    for (const { remap } of this.#items) remap.fill(-1);
  }

  #less(a: number, b: number): boolean {
    const x = this.#items[a] as Cursor;
    const y = this.#items[b] as Cursor;
    return compareRows(x.view, x.row, y.view, y.row) < 0;
  }
  #swap(a: number, b: number): void {
    const item = this.#items[a] as Cursor;
    this.#items[a] = this.#items[b] as Cursor;
    this.#items[b] = item;
  }
}
