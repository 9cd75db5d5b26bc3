import { hexText } from '../hex.ts';
import { MOST_TEMPLATES, Rows } from '../map/rows.ts';
import { ID_BYTES, isShared, SLOT } from '../map/slots.ts';
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

/** A part that is being read. `remap` turns its string ids into those of the batch, `template` its templates into those of all batches. */
export class Cursor {
  readonly view: RowsView;
  readonly signal: Signal;
  readonly remap: Int32Array;
  readonly template: Int32Array;
  /** Which templates those are. */
  generation = -1;
  row = 0;
  time: number;
  /** Rows of it that go into the batch, and where there. */
  taken = 0;
  readonly rows: Int32Array;
  readonly places: Int32Array;
  readonly #times: Float64Array;
  /** Templates of lines whose identity may come with two times. */
  readonly #unparsed = new Set<number>();

  constructor(view: RowsView, signal: Signal) {
    this.view = view;
    this.signal = signal;
    this.remap = new Int32Array(view.offsets.length).fill(-1);
    this.template = new Int32Array(view.templates);
    const most = Math.min(view.length, BATCH_ROWS);
    [this.rows, this.places] = [new Int32Array(most), new Int32Array(most)];
    this.#times = view.numbers[SLOT.time] as Float64Array;
    this.time = this.#times[0] as number;
    if (signal !== 'logs') return;
    for (let template = 0; template < view.templates; template++)
      if (textOf(view, view.texts[SLOT.event_kind]?.[template] as number) === 'log.unparsed')
        this.#unparsed.add(template);
  }

  /** False behind its last row. */
  advance(): boolean {
    this.row += 1;
    this.time = this.#times[this.row] as number;
    return this.row < this.view.length;
  }

  /** Templates of another generation are none. */
  of(generation: number): void {
    if (this.generation === generation) return;
    this.generation = generation;
    this.template.fill(-1);
  }

  take(place: number): void {
    this.rows[this.taken] = this.row;
    this.places[this.taken] = place;
    this.taken += 1;
  }

  /** Identity of the row where it is a line without a time of its own. */
  unparsedUid(): string | undefined {
    if (this.#unparsed.size === 0) return undefined;
    const { template, ids } = this.view;
    if (!this.#unparsed.has(template[this.row] as number)) return undefined;
    const width = ID_BYTES[SLOT.event_uid] as number;
    return hexText(ids[SLOT.event_uid] as Uint8Array, this.row * width, width);
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
    // What templates say stays from batch to batch, what rows say of themselves goes.
    if (rows.templates.length > MOST_TEMPLATES) rows.clear();
    else {
      rows.clearRows();
      rows.pool.clearRest();
    }
    rows.extend(signals.length);
    for (const cursor of this.#from) {
      cursor.of(rows.generation);
      gatherTemplates(cursor, rows);
    }
    rows.pool.keep();
    for (const cursor of this.#from) gather(cursor, rows);
    this.#from.clear();
    this.signals = [];
    return { rows, signals };
  }
}

function gatherTemplates({ view, template, remap, taken, rows: from, places }: Cursor, rows: Rows): void {
  for (let i = 0; i < taken; i++) {
    const old = view.template[from[i] as number] as number;
    if ((template[old] as number) < 0) template[old] = settled(view, old, remap, rows);
    rows.template[places[i] as number] = template[old] as number;
  }
}

/** A template of a part among those of all batches. */
function settled(view: RowsView, of: number, remap: Int32Array, rows: Rows): number {
  const template = rows.templates.add();
  view.numbers.forEach((source, slot) => {
    if (source === undefined || isShared[slot] === 0 || Number.isNaN(source[of])) return;
    rows.fill(slot);
    (rows.numbers[slot] as Float64Array)[template] = source[of] as number;
  });
  view.texts.forEach((source, slot) => {
    if (source === undefined || isShared[slot] === 0 || (source[of] as number) < 0) return;
    rows.fill(slot);
    (rows.texts[slot] as Int32Array)[template] = mapped(view, source[of] as number, remap, rows);
  });
  return rows.templates.settle();
}

/** A string of a part among those of the batch. */
function mapped({ bytes, offsets, words }: RowsView, id: number, remap: Int32Array, { pool }: Rows): number {
  let found = remap[id] as number;
  if (found < 0) {
    found = pool.ofBytes(bytes, offsets[id] as number, offsets[id + 1] as number, words);
    remap[id] = found;
  }
  return found;
}

function gather(cursor: Cursor, rows: Rows): void {
  const { view, remap } = cursor;
  view.numbers.forEach((source, slot) => {
    if (source && isShared[slot] === 0) gatherNumbers(cursor, source, rows, slot);
  });
  view.texts.forEach((source, slot) => {
    if (source && isShared[slot] === 0) gatherTexts(cursor, source, rows, slot);
  });
  view.ids.forEach((source, slot) => {
    if (source) gatherIds(cursor, source, rows, slot);
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
  rows.fill(slot);
  const into = rows.texts[slot] as Int32Array;
  for (let i = 0; i < taken; i++) {
    const id = source[from[i] as number] as number;
    if (id >= 0) into[places[i] as number] = mapped(view, id, remap, rows);
  }
}

function gatherIds({ taken, rows: from, places }: Cursor, source: Uint8Array, rows: Rows, slot: number) {
  rows.fill(slot);
  const width = ID_BYTES[slot] as number;
  const into = rows.ids[slot] as Uint8Array;
  for (let i = 0; i < taken; i++) {
    const start = (from[i] as number) * width;
    let at = (places[i] as number) * width;
    for (let b = start; b < start + width; b++) into[at++] = source[b] as number;
  }
}
