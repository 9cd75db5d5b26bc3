import { Rows } from '../map/rows.ts';
import { SLOT, UNIQUE_SLOTS } from '../map/slots.ts';
import type { RowsView } from '../parts/rows-view.ts';
import type { Signal } from '../read/raw-object.ts';

/** Rows a batch: large enough that the cost of a batch does not matter, small enough to be held many times over. */
const BATCH_ROWS = 8_192;

export interface MergedBatch {
  /** In the order of the dataset; used again for the next batch. */
  readonly rows: Rows;
  /** By row: the input that it came by. */
  readonly signals: readonly Signal[];
}

/** A part that is being read. `remap` turns its string ids into those of the batch. */
export class Cursor {
  readonly view: RowsView;
  readonly signal: Signal;
  readonly remap: Int32Array;
  row = 0;
  time: number;
  /** Rows of it that go into the batch, and where there. */
  taken = 0;
  readonly rows: Int32Array;
  readonly places: Int32Array;
  readonly #times: Float64Array;
  /** Kind ids of lines whose identity may come with two times. */
  readonly #unparsed = new Set<number>();

  constructor(view: RowsView, signal: Signal) {
    this.view = view;
    this.signal = signal;
    this.remap = new Int32Array(view.offsets.length).fill(-1);
    const most = Math.min(view.length, BATCH_ROWS);
    [this.rows, this.places] = [new Int32Array(most), new Int32Array(most)];
    this.#times = view.numbers[SLOT.time] as Float64Array;
    this.time = this.#times[0] as number;
    if (signal !== 'logs') return;
    for (const id of new Set(view.texts[SLOT.event_kind]))
      if (textOf(view, id) === 'log.unparsed') this.#unparsed.add(id);
  }

  /** False behind its last row. */
  advance(): boolean {
    this.row += 1;
    this.time = this.#times[this.row] as number;
    return this.row < this.view.length;
  }

  take(place: number): void {
    this.rows[this.taken] = this.row;
    this.places[this.taken] = place;
    this.taken += 1;
  }

  /** Identity of the row where it is a line without a time of its own. */
  unparsedUid(): string | undefined {
    if (this.#unparsed.size === 0) return undefined;
    const { texts } = this.view;
    if (!this.#unparsed.has(texts[SLOT.event_kind]?.[this.row] as number)) return undefined;
    return textOf(this.view, texts[SLOT.event_uid]?.[this.row] as number);
  }
}

const decoder = new TextDecoder();
const textOf = ({ bytes, offsets }: RowsView, id: number): string =>
  decoder.decode(bytes.subarray(offsets[id], offsets[id + 1]));

/** The rows of a batch in the making: which of which part, in their order; then column by column. */
export class Gathering {
  readonly rows = new Rows({ capacity: BATCH_ROWS });
  signals: Signal[] = [];
  readonly #from = new Set<Cursor>();

  get isFull(): boolean {
    return this.signals.length === BATCH_ROWS;
  }

  take(cursor: Cursor): void {
    cursor.take(this.signals.length);
    this.signals.push(cursor.signal);
    this.#from.add(cursor);
  }

  batch(): MergedBatch {
    const { rows, signals } = this;
    rows.clear();
    rows.extend(signals.length);
    for (const cursor of this.#from) gather(cursor, rows);
    this.#from.clear();
    this.signals = [];
    return { rows, signals };
  }
}

function gather(cursor: Cursor, rows: Rows): void {
  const { view, remap } = cursor;
  view.numbers.forEach((source, slot) => {
    if (source) gatherNumbers(cursor, source, rows, slot);
  });
  view.texts.forEach((source, slot) => {
    if (source) gatherTexts(cursor, source, rows, slot);
  });
  // The pool of the batch begins anew with the next.
  remap.fill(-1);
  cursor.taken = 0;
}

function gatherNumbers(
  { taken, rows: from, places }: Cursor,
  source: Float64Array,
  rows: Rows,
  slot: number,
) {
  rows.fill(slot);
  const into = rows.numbers[slot] as Float64Array;
  for (let i = 0; i < taken; i++) into[places[i] as number] = source[from[i] as number] as number;
}

function gatherTexts(cursor: Cursor, source: Int32Array, rows: Rows, slot: number) {
  const { view, remap, taken, rows: from, places } = cursor;
  const { bytes, offsets, words } = view;
  const { pool } = rows;
  rows.fill(slot);
  const into = rows.texts[slot] as Int32Array;
  const unique = UNIQUE_SLOTS.has(slot);
  for (let i = 0; i < taken; i++) {
    const id = source[from[i] as number] as number;
    if (id < 0) continue;
    let mapped = remap[id] as number;
    if (mapped < 0) {
      const start = offsets[id] as number;
      const end = offsets[id + 1] as number;
      mapped = unique ? pool.append(bytes, start, end) : pool.ofBytes(bytes, start, end, words);
      remap[id] = mapped;
    }
    into[places[i] as number] = mapped;
  }
}
