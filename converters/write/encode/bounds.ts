import { wordsOf } from '../../read/strings.ts';
import type { Physical } from './column.ts';

/** Least and greatest of some values: numbers, or texts as their bytes. */
export interface Range {
  readonly least: number | Uint8Array;
  readonly most: number | Uint8Array;
}
/** What statistics take of a type. */
export type Bound = number | bigint | boolean | Uint8Array;

/** Looks at the numbers of a page for their bounds. */
export class NumberBounds {
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;

  /** Those at the places given. */
  add(numbers: Float64Array, at: Int32Array): void {
    let [least, most] = [this.#least, this.#most];
    for (let i = 0; i < at.length; i++) {
      const value = numbers[at[i] as number] as number;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    [this.#least, this.#most] = [least, most];
  }

  /** Those of the page that ends; undefined where it has no value. */
  take(): Range | undefined {
    const [least, most] = [this.#least, this.#most];
    [this.#least, this.#most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    return least <= most ? { least, most } : undefined;
  }
}

/** The same of texts, in the order of their bytes, as the Parquet format has it for UTF8. */
export class TextBounds {
  #least: Uint8Array | undefined;
  #most: Uint8Array | undefined;
  #leastWords = wordsOf(new Uint8Array(0));
  #mostWords = this.#leastWords;

  /** @param words of `bytes` */
  add(bytes: Uint8Array, words: DataView, from: number, to: number): void {
    if (this.#least === undefined) {
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

  /** Those of the page that ends; undefined where it has no value. */
  take(): Range | undefined {
    const [least, most] = [this.#least, this.#most];
    this.#least = this.#most = undefined;
    return least && most && { least, most };
  }
}

/** Statistics over pages. */
export function statisticsOf(
  pages: readonly { readonly bounds: Range | undefined }[],
  type: Physical,
): { min_value?: Bound; max_value?: Bound } {
  let whole: Range | undefined;
  for (const { bounds } of pages)
    if (bounds)
      whole = {
        least: whole && order(whole.least, bounds.least) <= 0 ? whole.least : bounds.least,
        most: whole && order(whole.most, bounds.most) >= 0 ? whole.most : bounds.most,
      };
  return whole ? statistics(whole, type) : {};
}

export const statistics = (
  { least, most }: Range,
  type: Physical,
): { min_value: Bound; max_value: Bound } => ({
  min_value: bound(least, type, -0),
  max_value: bound(most, type, 0),
});

/** @param zero the one that bounds both of a double (parquet.thrift, `ColumnOrder`) */
function bound(value: number | Uint8Array, type: Physical, zero: number): Bound {
  if (typeof value !== 'number') return value;
  if (type === 'DOUBLE') return value === 0 ? zero : value;
  return type === 'INT64' ? BigInt(value) : type === 'BOOLEAN' ? value === 1 : value;
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
