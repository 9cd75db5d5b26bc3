import type { Physical } from './column.ts';

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
  /** By place in a dictionary. */
  #known = new Uint8Array(0);

  constructor(type: Physical) {
    this.#type = type;
  }

  numbers(values: Float64Array, count: number): void {
    if (count === 0) return;
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

  text(bytes: Uint8Array, from: number, to: number): void {
    const [least, most] = [this.#least as Uint8Array | undefined, this.#most as Uint8Array | undefined];
    if (!least || compare(bytes, from, to, least) < 0) this.#least = bytes.slice(from, to);
    if (!most || compare(bytes, from, to, most) > 0) this.#most = bytes.slice(from, to);
  }

  /** Texts by their places in a dictionary: each is looked at once. */
  indexed(indices: Int32Array, { bytes, offsets, size }: Strings): void {
    if (this.#known.length < size) this.#known = new Uint8Array(2 * size);
    this.#known.fill(0);
    for (let i = 0; i < indices.length; i++) {
      const place = indices[i] as number;
      if (this.#known[place] === 1) continue;
      this.#known[place] = 1;
      this.text(bytes, offsets[place] as number, offsets[place + 1] as number);
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
  return compare(a, 0, a.length, b);
}

function compare(bytes: Uint8Array, from: number, to: number, other: Uint8Array): number {
  const length = Math.min(to - from, other.length);
  for (let i = 0; i < length; i++) {
    const difference = (bytes[from + i] as number) - (other[i] as number);
    if (difference !== 0) return difference;
  }
  return to - from - other.length;
}
