/** Where the values of a batch lie in their columns: a key a level. */
export interface Keys {
  readonly of: Int32Array;
  /** Those that occur, each once; undefined where a key hardly comes twice. */
  readonly used?: Int32Array | undefined;
}

/** Which keys have a value: all, none, or those with a 1. */
export type Presence = boolean | Uint8Array;

/** Strings that lie end to end, and by key which of them. */
export interface Texts {
  readonly ids: Int32Array;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

/** By key; also booleans: 0 and 1. */
export interface Numbers {
  readonly numbers: Float64Array;
}

/** By key so many bytes, which are written as lower-case hex digits. */
export interface Ids {
  readonly hex: Uint8Array;
  readonly width: number;
}

/** As a page without a dictionary has them, each behind its length in four bytes, of all keys in their order, and by key where it begins. */
export interface Written {
  readonly written: Uint8Array;
  readonly offsets: Int32Array;
}

/** What is written of a column at once: a level a row, and more where values repeat. A column has one kind of values throughout. */
export interface Batch {
  readonly keys: Keys;
  readonly present: Presence;
  readonly values: Texts | Numbers | Ids | Written;
  /** Definition level where there is no value: by key, or the same for all. */
  readonly floor: Uint8Array | number;
  /** By level; undefined where all are 0. */
  readonly repetition?: Uint8Array | undefined;
}

let ascending = new Int32Array(0);
/** Keys 0, 1, 2 … */
export function eachOnce(count: number): Keys {
  if (ascending.length < count) ascending = Int32Array.from({ length: 2 * count }, (_, key) => key);
  return { of: ascending.subarray(0, count) };
}

let zeros = new Int32Array(0);
const ZERO = new Int32Array(1);
/** Key 0 so many times. */
export function oneKey(count: number): Keys {
  if (zeros.length < count) zeros = new Int32Array(2 * count);
  return { of: zeros.subarray(0, count), used: ZERO };
}
