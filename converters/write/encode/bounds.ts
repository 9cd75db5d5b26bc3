import { wordsOf } from '../../read/strings.ts';
import type { Physical, Texts } from './column.ts';

/** Least and greatest of some values: numbers, or texts as their bytes. */
export interface Range {
  readonly least: number | Uint8Array;
  readonly most: number | Uint8Array;
}
/** What statistics take of a type. */
export type Bound = number | bigint | boolean | Uint8Array;

/** Strings end to end, and where each begins. */
interface Strings {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
  readonly size: number;
}

/** Looks at the values of a page for their bounds; texts in the order of their bytes, as the Parquet format has it for UTF8. */
export class Bounds {
  readonly #type: Physical;
  #least: number | Uint8Array | undefined;
  #most: number | Uint8Array | undefined;
  #leastWords = wordsOf(new Uint8Array(0));
  #mostWords = this.#leastWords;
  /** By place in a dictionary. */
  #known = new Uint8Array(0);

  constructor(type: Physical) {
    this.#type = type;
  }

  /** One value: the same so many times. */
  numbers(values: Float64Array | number, count: number): void {
    if (count === 0) return;
    if (typeof values === 'number') {
      this.numbers(Float64Array.of(values), 1);
      return;
    }
    let least = (this.#least as number | undefined) ?? Number.POSITIVE_INFINITY;
    let most = (this.#most as number | undefined) ?? Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    this.#least = least;
    this.#most = most;
  }

  /** Strings `ids[0 … count)` of those that lie end to end in `bytes`; one id: the same so many times. */
  texts({ count, ids, bytes, offsets }: Texts): void {
    if (count === 0) return;
    const words = wordsOf(bytes);
    for (let i = 0; i < count; i++) {
      const id = typeof ids === 'number' ? ids : (ids[i] as number);
      this.#text(bytes, words, offsets[id] as number, offsets[id + 1] as number);
      if (typeof ids === 'number') return;
    }
  }

  #text(bytes: Uint8Array, words: DataView, from: number, to: number): void {
    const [least, most] = [this.#least as Uint8Array | undefined, this.#most as Uint8Array | undefined];
    if (!least || !most) {
      this.#setLeast(bytes.slice(from, to));
      this.#setMost(bytes.slice(from, to));
    } else if (compare(words, from, to, this.#leastWords) < 0) this.#setLeast(bytes.slice(from, to));
    else if (compare(words, from, to, this.#mostWords) > 0) this.#setMost(bytes.slice(from, to));
  }

  #setLeast(text: Uint8Array): void {
    this.#least = text;
    this.#leastWords = wordsOf(text);
  }
  #setMost(text: Uint8Array): void {
    this.#most = text;
    this.#mostWords = wordsOf(text);
  }

  /** Texts by their places in a dictionary: each is looked at once. */
  indexed(indices: Int32Array, { bytes, offsets, size }: Strings): void {
    if (this.#known.length < size) this.#known = new Uint8Array(2 * size);
    this.#known.fill(0, 0, size);
    const words = wordsOf(bytes);
    for (let i = 0; i < indices.length; i++) {
      const place = indices[i] as number;
      if (this.#known[place] === 1) continue;
      this.#known[place] = 1;
      this.#text(bytes, words, offsets[place] as number, offsets[place + 1] as number);
    }
  }

  /** Those of the page that ends; undefined where it has no value. */
  take(): Range | undefined {
    const [least, most] = [this.#least, this.#most];
    this.#least = this.#most = undefined;
    return least === undefined || most === undefined ? undefined : { least, most };
  }

  /** Statistics over pages. */
  of(pages: readonly { readonly bounds: Range | undefined }[]): { min_value?: Bound; max_value?: Bound } {
    let whole: Range | undefined;
    for (const { bounds } of pages)
      if (bounds)
        whole = {
          least: whole && order(whole.least, bounds.least) <= 0 ? whole.least : bounds.least,
          most: whole && order(whole.most, bounds.most) >= 0 ? whole.most : bounds.most,
        };
    return whole ? this.statistics(whole) : {};
  }

  statistics({ least, most }: Range): { min_value: Bound; max_value: Bound } {
    return { min_value: this.#bound(least, -0), max_value: this.#bound(most, 0) };
  }

  /** @param zero the one that bounds both of a double (parquet.thrift, `ColumnOrder`) */
  #bound(value: number | Uint8Array, zero: number): Bound {
    if (typeof value !== 'number') return value;
    if (this.#type === 'DOUBLE') return value === 0 ? zero : value;
    return this.#type === 'INT64' ? BigInt(value) : this.#type === 'BOOLEAN' ? value === 1 : value;
  }
}

/** Negative where `a` comes before `b`. */
export function order(a: number | Uint8Array, b: number | Uint8Array): number {
  if (typeof a === 'number' || typeof b === 'number') return (a as number) - (b as number);
  return compare(wordsOf(a), 0, a.length, wordsOf(b));
}

/** By their bytes, four at a time. */
function compare(words: DataView, from: number, to: number, other: DataView): number {
  const length = Math.min(to - from, other.byteLength);
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const difference = words.getUint32(from + i) - other.getUint32(i);
    if (difference !== 0) return difference;
  }
  for (; i < length; i++) {
    const difference = words.getUint8(from + i) - other.getUint8(i);
    if (difference !== 0) return difference;
  }
  return to - from - other.byteLength;
}
