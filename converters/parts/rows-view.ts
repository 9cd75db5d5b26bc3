import type { Rows } from '../map/rows.ts';
import { ID_BYTES, ID_SLOTS, isShared, NUMBER_SLOTS, SLOT, TEXT_SLOTS } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';

/** Rows that can be read but not changed: those of a part, or mapped ones. Slots that no row fills are undefined. */
export interface RowsView {
  readonly length: number;
  /** By row, and how many there are. Columns of shared slots are by template, all others by row. */
  readonly template: Int32Array;
  readonly templates: number;
  readonly numbers: readonly (Float64Array | undefined)[];
  readonly texts: readonly (Int32Array | undefined)[];
  /** Bytes of ids, end to end; zeros where absent. */
  readonly ids: readonly (Uint8Array | undefined)[];
  /** Strings end to end, four bytes at once, and where each begins. */
  readonly bytes: Uint8Array;
  readonly words: DataView;
  readonly offsets: Int32Array;
}

export function viewOf(rows: Rows): RowsView {
  const { bytes, offsets } = rows.pool;
  const shared = rows.templates.filled;
  return {
    ...{ length: rows.length, template: rows.template, templates: rows.templates.length },
    ...{ bytes, offsets, words: wordsOf(bytes) },
    numbers: chosen(rows.numbers, [...rows.filled.numbers, ...shared.numbers]),
    texts: chosen(rows.texts, [...rows.filled.texts, ...shared.texts]),
    ids: chosen(
      rows.ids,
      ID_SLOTS.filter((slot) => rows.isFilled(slot)),
    ),
  };
}

function chosen<T>(columns: readonly T[], slots: readonly number[]): (T | undefined)[] {
  const found: (T | undefined)[] = [];
  for (const slot of slots) found[slot] = columns[slot];
  return found;
}

/** By the bytes of the strings with these ids; absent ones come first. */
function compareText(a: RowsView, idA: number, b: RowsView, idB: number): number {
  if (idA < 0 || idB < 0) return Number(idB < 0) - Number(idA < 0);
  let at = a.offsets[idA] as number;
  let bt = b.offsets[idB] as number;
  const endA = a.offsets[idA + 1] as number;
  const endB = b.offsets[idB + 1] as number;
  while (at < endA && bt < endB) {
    const difference = (a.bytes[at++] as number) - (b.bytes[bt++] as number);
    if (difference !== 0) return difference;
  }
  return endA - at - (endB - bt);
}

/** Where the value of a row is in the column of a slot. */
const place = ({ template }: RowsView, slot: number, row: number): number =>
  isShared[slot] === 1 ? (template[row] as number) : row;
const textAt = (view: RowsView, slot: number, row: number): number =>
  view.texts[slot]?.[place(view, slot, row)] ?? -1;
const numberAt = (view: RowsView, slot: number, row: number): number =>
  view.numbers[slot]?.[place(view, slot, row)] ?? Number.NaN;

/** By their bytes; absent ones are zeros and come first. */
function compareId(a: RowsView, rowA: number, b: RowsView, rowB: number, slot: number): number {
  const width = ID_BYTES[slot] as number;
  const [x, y] = [a.ids[slot], b.ids[slot]];
  for (let i = 0; i < width; i++) {
    const difference = (x?.[rowA * width + i] ?? 0) - (y?.[rowB * width + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The order of the dataset: (time, event_uid). 0 means the same event. */
export function compareKey(a: RowsView, rowA: number, b: RowsView, rowB: number): number {
  const time = numberAt(a, SLOT.time, rowA) - numberAt(b, SLOT.time, rowB);
  return time !== 0 ? time : compareId(a, rowA, b, rowB, SLOT.event_uid);
}

/** A total order over whole rows, so that of copies that differ the same one stays, whichever comes first. */
export function compareRows(a: RowsView, rowA: number, b: RowsView, rowB: number): number {
  const key = compareKey(a, rowA, b, rowB);
  if (key !== 0) return key;
  for (const slot of NUMBER_SLOTS) {
    const x = numberAt(a, slot, rowA);
    const y = numberAt(b, slot, rowB);
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    return Number.isNaN(x) ? -1 : Number.isNaN(y) ? 1 : x - y;
  }
  for (const slot of ID_SLOTS) {
    const order = compareId(a, rowA, b, rowB, slot);
    if (order !== 0) return order;
  }
  for (const slot of TEXT_SLOTS) {
    const order = compareText(a, textAt(a, slot, rowA), b, textAt(b, slot, rowB));
    if (order !== 0) return order;
  }
  return 0;
}

/** Row numbers in the order of the dataset. Times are whole ms. */
export function sortedOrder(view: RowsView): Uint32Array {
  const times = view.numbers[SLOT.time] as Float64Array;
  const uids = view.ids[SLOT.event_uid] as Uint8Array;
  const width = ID_BYTES[SLOT.event_uid] as number;
  const order = orderByTime(times, view.length);
  const compare = (a: number, b: number): number => {
    for (let i = a * width, j = b * width; i < (a + 1) * width; i++, j++)
      if (uids[i] !== uids[j]) return (uids[i] as number) - (uids[j] as number);
    return compareRows(view, a, view, b);
  };
  for (let from = 0; from < order.length; ) {
    const time = times[order[from] as number];
    let to = from + 1;
    while (to < order.length && times[order[to] as number] === time) to += 1;
    if (to - from > 1) sortRange(order, from, to, compare);
    from = to;
  }
  return order;
}

/** More rows are sorted in less time by what is made for many. */
const FEW = 16;

function sortRange(
  order: Uint32Array,
  from: number,
  to: number,
  compare: (a: number, b: number) => number,
): void {
  if (to - from > FEW) {
    order.subarray(from, to).sort(compare);
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const row = order[i] as number;
    let at = i;
    for (; at > from && compare(order[at - 1] as number, row) > 0; at--) order[at] = order[at - 1] as number;
    order[at] = row;
  }
}

/** A digit has so many values: more make fewer turns, each of which counts them all. */
const DIGITS = 1 << 11;

/** Row numbers by time, which is in whole ms, and then by row: digit by digit, the least first. */
function orderByTime(times: Float64Array, length: number): Uint32Array {
  const offsets = new Float64Array(length);
  const most = offsetsFromLeast(times, offsets);
  let order = new Uint32Array(length);
  for (let row = 0; row < length; row++) order[row] = row;
  let sorted = new Uint32Array(length);
  const digits = new Uint16Array(length);
  const ends = new Uint32Array(DIGITS);
  for (let unit = 1; unit <= most; unit *= DIGITS) {
    countDigits(offsets, unit, digits, ends);
    placeByDigit(order, digits, ends, sorted);
    [order, sorted] = [sorted, order];
  }
  return order;
}

/** The digit of each row, and how many rows have that one or a lesser. */
function countDigits(offsets: Float64Array, unit: number, digits: Uint16Array, ends: Uint32Array): void {
  ends.fill(0);
  for (let row = 0; row < offsets.length; row++) {
    const digit = ((offsets[row] as number) / unit) & (DIGITS - 1);
    digits[row] = digit;
    ends[digit] = (ends[digit] as number) + 1;
  }
  for (let digit = 1; digit < DIGITS; digit++)
    ends[digit] = (ends[digit] as number) + (ends[digit - 1] as number);
}

function placeByDigit(order: Uint32Array, digits: Uint16Array, ends: Uint32Array, into: Uint32Array): void {
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i] as number;
    const digit = digits[row] as number;
    const place = (ends[digit] as number) - 1;
    ends[digit] = place;
    into[place] = row;
  }
}

/** Writes what each time has more than the least one; returns the greatest of it. */
function offsetsFromLeast(times: Float64Array, offsets: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < offsets.length; row++) {
    const time = times[row] as number;
    if (time < least) least = time;
    if (time > most) most = time;
  }
  for (let row = 0; row < offsets.length; row++) offsets[row] = (times[row] as number) - least;
  return most - least;
}
