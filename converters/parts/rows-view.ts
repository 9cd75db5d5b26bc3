import type { Rows } from '../map/rows.ts';
import { NUMBER_SLOTS, SLOT, TEXT_SLOTS } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';

/** Rows that can be read but not changed: those of a part, or mapped ones. Slots that no row fills are undefined. */
export interface RowsView {
  readonly length: number;
  readonly numbers: readonly (Float64Array | undefined)[];
  readonly texts: readonly (Int32Array | undefined)[];
  /** Strings end to end, four bytes at once, and where each begins. */
  readonly bytes: Uint8Array;
  readonly words: DataView;
  readonly offsets: Int32Array;
}

export function viewOf({ length, numbers, texts, pool, filled }: Rows): RowsView {
  const { bytes, offsets } = pool;
  return {
    ...{ length, bytes, offsets, words: wordsOf(bytes) },
    numbers: chosen(numbers, filled.numbers),
    texts: chosen(texts, filled.texts),
  };
}

function chosen<T>(columns: readonly T[], slots: readonly number[]): (T | undefined)[] {
  const found: (T | undefined)[] = [];
  for (const slot of slots) found[slot] = columns[slot];
  return found;
}

/** By the bytes of the strings with these ids; absent ones come first. */
function compareText(a: RowsView, idA: number, b: RowsView, idB: number): number {
  if (idA < 0 || idB < 0) return Math.max(idA, -1) - Math.max(idB, -1) === 0 ? 0 : idA < 0 ? -1 : 1;
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

const textAt = (view: RowsView, slot: number, row: number): number => view.texts[slot]?.[row] ?? -1;
const numberAt = (view: RowsView, slot: number, row: number): number =>
  view.numbers[slot]?.[row] ?? Number.NaN;

/** The order of the dataset: (time, event_uid). 0 means the same event. */
export function compareKey(a: RowsView, rowA: number, b: RowsView, rowB: number): number {
  const time = numberAt(a, SLOT.time, rowA) - numberAt(b, SLOT.time, rowB);
  if (time !== 0) return time;
  return compareText(a, textAt(a, SLOT.event_uid, rowA), b, textAt(b, SLOT.event_uid, rowB));
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
  for (const slot of TEXT_SLOTS) {
    const order = compareText(a, textAt(a, slot, rowA), b, textAt(b, slot, rowB));
    if (order !== 0) return order;
  }
  return 0;
}

/** Row numbers in the order of the dataset. */
export function sortedOrder(view: RowsView): Uint32Array {
  const times = view.numbers[SLOT.time] as Float64Array;
  const prefixes = new Float64Array(view.length);
  const uids = view.texts[SLOT.event_uid] as Int32Array;
  for (let row = 0; row < view.length; row++) {
    const from = view.offsets[uids[row] as number] as number;
    let prefix = 0;
    for (let i = 0; i < 6; i++) prefix = prefix * 256 + (view.bytes[from + i] as number);
    prefixes[row] = prefix;
  }
  const order = new Uint32Array(view.length).map((_, row) => row);
  return order.sort(
    (a, b) =>
      (times[a] as number) - (times[b] as number) ||
      (prefixes[a] as number) - (prefixes[b] as number) ||
      compareRows(view, a, view, b),
  );
}
