import type { Rows } from '../map/rows.ts';
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

/** An optional column without a group around it: level 1 where there is a value. A required one has no levels. */
export const flatLevels = ({ present, nulls, values }: Gathered): Batch => ({
  count: present.length,
  definition: nulls === 0 ? 1 : nulls === present.length ? 0 : present,
  values,
});

/** The chosen rows of a column of ids. */
export function idsOf(source: Int32Array, chosen: Int32Array): Int32Array {
  const ids = new Int32Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) ids[i] = source[chosen[i] as number] as number;
  return ids;
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
  const present = new Uint8Array(places.length);
  const ids = new Int32Array(places.length);
  let count = 0;
  for (let i = 0; i < places.length; i++) {
    const id = places[i] as number;
    if (id < 0) continue;
    present[i] = 1;
    ids[count++] = id;
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
  const places = new Int32Array(offsets.length - 1);
  for (let i = 0; i < places.length; i++) places[i] = offsets[i] === offsets[i + 1] ? -1 : i;
  return chosenTexts(places, { bytes, offsets });
}

/** Null throughout. */
export const absent = (length: number): Gathered => ({
  ...{ present: new Uint8Array(length), nulls: length },
  values: { count: 0, ids: new Int32Array(0), bytes: new Uint8Array(0), offsets: new Int32Array(1) },
});

export const absentNumbers = (length: number): Gathered => ({
  ...{ present: new Uint8Array(length), nulls: length },
  values: { count: 0, numbers: new Float64Array(0) },
});

/** Numbers; NaN is null. */
export function numbers(of: Float64Array): Gathered {
  const present = new Uint8Array(of.length);
  const kept = new Float64Array(of.length);
  let count = 0;
  for (let i = 0; i < of.length; i++) {
    const value = of[i] as number;
    if (Number.isNaN(value)) continue;
    present[i] = 1;
    kept[count++] = value;
  }
  return { present, nulls: of.length - count, values: { count, numbers: kept } };
}
