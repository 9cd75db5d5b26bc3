import { hexText } from '../hex.ts';
import { MOST_TEMPLATES, Rows } from '../map/rows.ts';
import { ID_BYTES, isShared, SLOT } from '../map/slots.ts';
import type { RowsView } from '../parts/rows-view.ts';
import type { Signal } from '../read/raw-object.ts';

/** Rows a batch: large enough that the cost of a batch does not matter, small enough to be held many times over. */
const BATCH_ROWS = 8_192;
/** Of strings that templates have, to be kept from batch to batch. */
const MOST_BYTES = 8 << 20;

export interface MergedBatch {
  /** In the order of the dataset; used again for the next batch. */
  readonly rows: Rows;
  /** By row: the input that it came by. */
  readonly signals: readonly Signal[];
}

/** Rows of a part that stand side by side in a batch too. */
interface Run {
  readonly from: number;
  readonly place: number;
  count: number;
}

/** From so many rows on they are copied at once. */
const MANY = 8;

/** What a number of a part has in place of one of the batch as long as it has none, and when it is known that it needs one. */
const UNMAPPED = -1;
const FOUND = -2;

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
  /** What of it goes into the batch. */
  readonly runs: Run[] = [];
  readonly #times: Float64Array;
  /** Templates of lines whose identity may come with two times. */
  readonly #unparsed = new Set<number>();

  constructor(view: RowsView, signal: Signal) {
    this.view = view;
    this.signal = signal;
    this.remap = new Int32Array(view.offsets.length).fill(UNMAPPED);
    this.template = new Int32Array(view.templates);
    this.#times = view.numbers[SLOT.time] as Float64Array;
    this.time = this.#times[0] as number;
    if (signal !== 'logs') return;
    for (let template = 0; template < view.templates; template++)
      if (textOf(view, view.texts[SLOT.event_kind]?.[template] as number) === 'log.unparsed')
        this.#unparsed.add(template);
  }

  /** How many rows, from its row on, are before `limit` and each another event than the one before it: at least one, at most `most`. */
  countBefore(limit: number, most: number): number {
    if (this.#unparsed.size > 0) return 1; // each of them is looked at
    const times = this.#times;
    const end = Math.min(this.row + most, this.view.length);
    let row = this.row + 1;
    while (row < end && (times[row] as number) < limit && !this.#isRepeated(row)) row += 1;
    return row - this.row;
  }

  /** Whether it is the same event as the row before it. */
  #isRepeated(row: number): boolean {
    if (this.#times[row] !== this.#times[row - 1]) return false;
    const width = ID_BYTES[SLOT.event_uid] as number;
    const uids = this.view.ids[SLOT.event_uid] as Uint8Array;
    for (let i = row * width; i < (row + 1) * width; i++) if (uids[i] !== uids[i - width]) return false;
    return true;
  }

  /** False behind its last row. */
  advance(count: number): boolean {
    this.row += count;
    this.time = this.#times[this.row] as number;
    return this.row < this.view.length;
  }

  /** Templates of another generation are none. */
  of(generation: number): void {
    if (this.generation === generation) return;
    this.generation = generation;
    this.template.fill(UNMAPPED);
  }

  take(place: number, count: number): void {
    const last = this.runs.at(-1);
    if (last && last.from + last.count === this.row && last.place + last.count === place) last.count += count;
    else this.runs.push({ from: this.row, place, count });
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

  /** Rows that a batch has room for. */
  get room(): number {
    return BATCH_ROWS - this.signals.length;
  }

  /** So many rows of a part, from the one on that it is at. */
  take(cursor: Cursor, count: number): void {
    cursor.take(this.signals.length, count);
    for (let i = 0; i < count; i++) this.signals.push(cursor.signal);
    this.#from.add(cursor);
  }

  batch(): MergedBatch {
    const { rows, signals } = this;
    // What templates say stays from batch to batch, what rows say of themselves goes.
    rows.clearRows();
    rows.pool.clearRest();
    if (rows.templates.length > MOST_TEMPLATES || rows.pool.bytes.length > MOST_BYTES) rows.clear();
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

function gatherTemplates({ view, template, remap, runs }: Cursor, rows: Rows): void {
  for (const old of withoutNumber(runs, view.template, template))
    template[old] = settled(view, old, remap, rows);
  copyMapped(runs, view.template, template, rows.template);
}

/** Numbers that `map` does not have yet, each once. */
function withoutNumber(runs: readonly Run[], source: Int32Array, map: Int32Array): readonly number[] {
  const found: number[] = [];
  for (const { from, count } of runs)
    for (let i = from; i < from + count; i++) {
      const number = source[i] as number;
      if (number < 0 || map[number] !== UNMAPPED) continue;
      map[number] = FOUND;
      found.push(number);
    }
  return found;
}

function copyMapped(runs: readonly Run[], source: Int32Array, map: Int32Array, into: Int32Array): void {
  for (const { from, place, count } of runs)
    for (let i = 0; i < count; i++) {
      const number = source[from + i] as number;
      if (number >= 0) into[place + i] = map[number] as number;
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
function mapped(view: RowsView, id: number, remap: Int32Array, rows: Rows): number {
  if ((remap[id] as number) < 0) remap[id] = pooled(view, id, rows);
  return remap[id] as number;
}

const pooled = ({ bytes, offsets, words }: RowsView, id: number, { pool }: Rows): number =>
  pool.ofBytes(bytes, offsets[id] as number, offsets[id + 1] as number, words);

function gather(cursor: Cursor, rows: Rows): void {
  const { view, remap, runs } = cursor;
  view.numbers.forEach((source, slot) => {
    if (!source || isShared[slot] === 1) return;
    rows.fill(slot);
    copyRuns(runs, source, rows.numbers[slot] as Float64Array, 1);
  });
  view.texts.forEach((source, slot) => {
    if (!source || isShared[slot] === 1) return;
    rows.fill(slot);
    gatherTexts(cursor, source, rows, slot);
  });
  view.ids.forEach((source, slot) => {
    if (!source) return;
    rows.fill(slot);
    copyRuns(runs, source, rows.ids[slot] as Uint8Array, ID_BYTES[slot] as number);
  });
  // The pool of the batch begins anew with the next.
  remap.fill(UNMAPPED);
  runs.length = 0;
}

/** @param width numbers that a value has */
function copyRuns<T extends Float64Array | Uint8Array>(
  runs: readonly Run[],
  source: T,
  into: T,
  width: number,
): void {
  for (const { from, place, count } of runs) {
    const [start, end, at] = [from * width, (from + count) * width, place * width];
    if (count >= MANY) into.set(source.subarray(start, end), at);
    else for (let i = start; i < end; i++) into[at + i - start] = source[i] as number;
  }
}

function gatherTexts({ view, remap, runs }: Cursor, source: Int32Array, rows: Rows, slot: number): void {
  for (const id of withoutNumber(runs, source, remap)) remap[id] = pooled(view, id, rows);
  copyMapped(runs, source, remap, rows.texts[slot] as Int32Array);
}
