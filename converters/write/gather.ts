import { writeHex } from '../hex.ts';
import type { Rows } from '../map/rows.ts';
import { ID_BYTES, isShared } from '../map/slots.ts';
import type { Batch, Numbers, Texts } from './encode/column.ts';

/** Which of the gathered values are there: one byte each, and how many are not. */
export interface Validity {
  readonly present: Uint8Array;
  readonly nulls: number;
}

/** A leaf of one batch: which rows have a value, and those values. */
export interface Gathered extends Validity {
  readonly values: Texts | Numbers;
}

/** Arrays of one batch, taken from one that is used again for the next. What is in them is not cleared. */
class Taken<T extends Uint8Array | Int32Array | Float64Array> {
  readonly #make: (length: number) => T;
  #all: T;
  #used = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#all = make(0);
  }

  take(length: number): T {
    const from = this.#used;
    this.#used += length;
    return this.#used <= this.#all.length ? (this.#all.subarray(from, this.#used) as T) : this.#make(length);
  }

  /** The next batch has as much room as this one took. */
  release(): void {
    if (this.#used > this.#all.length) this.#all = this.#make(this.#used);
    this.#used = 0;
  }
}

export const bytesOf = new Taken((length) => new Uint8Array(length));
export const intsOf = new Taken((length) => new Int32Array(length));
export const doublesOf = new Taken((length) => new Float64Array(length));

/** Ends the batch before: what was gathered for it is not to be read any more. Nothing is awaited from here until the batch is written. */
export function beginBatch(): void {
  for (const taken of [bytesOf, intsOf, doublesOf]) taken.release();
}

let zeros = new Uint8Array(0);
let ones = new Uint8Array(0);
/** `present` of so many rows that all have no value: not to be changed. */
function nonePresent(length: number): Uint8Array {
  if (zeros.length < length) zeros = new Uint8Array(length);
  return zeros.subarray(0, length);
}
/** The same where all have one. */
export function allPresent(length: number): Uint8Array {
  if (ones.length < length) ones = new Uint8Array(length).fill(1);
  return ones.subarray(0, length);
}

/** An optional column without a group around it: level 1 where there is a value. A required one has no levels. */
export const flatLevels = ({ present, nulls, values }: Gathered): Batch => ({
  count: present.length,
  definition: nulls === 0 ? 1 : nulls === present.length ? 0 : present,
  values,
});

/** The chosen rows of a text slot, as pool ids. */
export function idsOf(rows: Rows, slot: number, chosen: Int32Array): Int32Array {
  const source = rows.texts[slot] as Int32Array;
  const ids = intsOf.take(chosen.length);
  if (isShared[slot] === 1)
    for (let i = 0; i < chosen.length; i++)
      ids[i] = source[rows.template[chosen[i] as number] as number] as number;
  else for (let i = 0; i < chosen.length; i++) ids[i] = source[chosen[i] as number] as number;
  return ids;
}

/** The chosen rows of a number slot. */
export function numbersOf(rows: Rows, slot: number, chosen: Int32Array): Float64Array {
  const source = rows.numbers[slot] as Float64Array;
  const values = doublesOf.take(chosen.length);
  if (isShared[slot] === 1)
    for (let i = 0; i < chosen.length; i++)
      values[i] = source[rows.template[chosen[i] as number] as number] as number;
  else for (let i = 0; i < chosen.length; i++) values[i] = source[chosen[i] as number] as number;
  return values;
}

/** The chosen rows of an id slot as hex digits; where `when` is given, of those alone where it is 1. */
export function hexTexts(rows: Rows, slot: number, chosen: Int32Array, when?: Uint8Array): Gathered {
  const width = ID_BYTES[slot] as number;
  const source = rows.ids[slot] as Uint8Array;
  const present = bytesOf.take(chosen.length);
  const [ids, offsets] = [intsOf.take(chosen.length), intsOf.take(chosen.length + 1)];
  const bytes = bytesOf.take(2 * width * chosen.length);
  let [count, at] = [0, 0];
  offsets[0] = 0;
  for (let i = 0; i < chosen.length; i++) {
    const row = chosen[i] as number;
    present[i] = (when === undefined || when[i] === 1) && rows.hasId(slot, row) ? 1 : 0;
    if (present[i] === 0) continue;
    at = writeHex(source, row * width, (row + 1) * width, bytes, at);
    ids[count] = count;
    count += 1;
    offsets[count] = at;
  }
  const used = offsets.subarray(0, count + 1);
  return { present, nulls: chosen.length - count, values: { count, ids, bytes, offsets: used } };
}

/** Pool ids → strings. Negative ids are null. */
export function texts(rows: Rows, ids: Int32Array): Gathered {
  const { bytes, offsets } = rows.pool;
  return chosenTexts(ids, { bytes, offsets });
}

/** Places in `bytes` and `offsets` → strings. Negative ones are null. */
export function chosenTexts(
  places: Int32Array,
  { bytes, offsets }: { readonly bytes: Uint8Array; readonly offsets: Int32Array },
): Gathered {
  const present = bytesOf.take(places.length);
  const ids = intsOf.take(places.length);
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    const id = places[i] as number;
    present[i] = id < 0 ? 0 : 1;
    if (id >= 0) ids[count++] = id;
  }
  return { present, nulls: places.length - count, values: { count, ids, bytes, offsets } };
}

const encoder = new TextEncoder();

/** Strings → strings; undefined is null. */
export function strings(of: readonly (string | undefined)[]): Gathered {
  const found = of.filter((text) => text !== undefined);
  let place = 0;
  return chosenTexts(
    Int32Array.from(of, (text) => (text === undefined ? -1 : place++)),
    endToEnd(found),
  );
}

/** UTF-8 of all, end to end, and where each begins. */
export function endToEnd(texts: readonly string[]): { bytes: Uint8Array; offsets: Int32Array } {
  const offsets = new Int32Array(texts.length + 1);
  let bytes = new Uint8Array(texts.length * 64 + 64);
  texts.forEach((text, i) => {
    const at = offsets[i] as number;
    if (at + text.length * 3 > bytes.length) {
      const larger = new Uint8Array((at + text.length * 3) * 2);
      larger.set(bytes.subarray(0, at));
      bytes = larger;
    }
    offsets[i + 1] = at + encoder.encodeInto(text, bytes.subarray(at)).written;
  });
  return { bytes, offsets };
}

/** Strings one after another; an empty one is null. */
export function unlessEmpty({ bytes, offsets }: { bytes: Uint8Array; offsets: Int32Array }): Gathered {
  const places = intsOf.take(offsets.length - 1);
  for (let i = 0; i < places.length; i++) places[i] = offsets[i] === offsets[i + 1] ? -1 : i;
  return chosenTexts(places, { bytes, offsets });
}

const NO_TEXTS: Texts = {
  ...{ count: 0, ids: new Int32Array(0), bytes: new Uint8Array(0), offsets: new Int32Array(1) },
};
const NO_NUMBERS: Numbers = { count: 0, numbers: new Float64Array(0) };

/** Null throughout. */
export const absent = (length: number): Gathered => ({
  ...{ present: nonePresent(length), nulls: length, values: NO_TEXTS },
});

export const absentNumbers = (length: number): Gathered => ({
  ...{ present: nonePresent(length), nulls: length, values: NO_NUMBERS },
});

/** Numbers; NaN is null. */
export function numbers(of: Float64Array): Gathered {
  const present = bytesOf.take(of.length);
  const kept = doublesOf.take(of.length);
  let count = 0;
  for (let i = 0; i < of.length; i++) {
    const value = of[i] as number;
    const there = !Number.isNaN(value);
    present[i] = there ? 1 : 0;
    if (there) kept[count++] = value;
  }
  return { present, nulls: of.length - count, values: { count, numbers: kept } };
}
