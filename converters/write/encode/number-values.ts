import type { Keys, Numbers } from './batch.ts';
import { NumberBounds, type Range } from './bounds.ts';
import { NumberPool } from './number-pool.ts';
import type { PageBytes } from './page-bytes.ts';
import type { PageEncoding } from './page-header.ts';
import { Values } from './values.ts';

/** So many different whole numbers are worth a dictionary. */
const FEW = 4096;
const WORD = 2 ** 32;

/** Places of the batch that is added. */
let found = new Int32Array(0);

type Write = (into: DataView, from: number, numbers: Float64Array, at: Int32Array) => void;

const writeInts: Write = (into, from, numbers, at) => {
  for (let i = 0; i < at.length; i++) into.setInt32(from + 4 * i, numbers[at[i] as number] as number, true);
};
const writeLongs: Write = (into, from, numbers, at) => {
  for (let i = 0; i < at.length; i++) {
    const value = numbers[at[i] as number] as number;
    into.setInt32(from + 8 * i, value, true);
    into.setInt32(from + 8 * i + 4, Math.floor(value / WORD), true);
  }
};
const writeDoubles: Write = (into, from, numbers, at) => {
  for (let i = 0; i < at.length; i++) into.setFloat64(from + 8 * i, numbers[at[i] as number] as number, true);
};
const WRITE = { INT32: writeInts, INT64: writeLongs, DOUBLE: writeDoubles };

/** Whole numbers and doubles; doubles go without a dictionary. */
export class NumberValues extends Values {
  readonly #type: keyof typeof WRITE;
  readonly #pool = new NumberPool();
  readonly #bounds = new NumberBounds();

  constructor(type: keyof typeof WRITE, withDictionary: boolean) {
    super(withDictionary && type !== 'DOUBLE');
    this.#type = type;
  }

  protected get size(): number {
    return this.#pool.size;
  }

  add(keys: Keys, { numbers }: Numbers): boolean {
    const different = keys.used ?? keys.of;
    this.#bounds.add(numbers, different);
    if (!this.indexed) {
      this.#write(this.plain, numbers, keys.of);
      return true;
    }
    this.addPlaces(keys, this.#placesOf(different, numbers));
    this.indexed = this.#pool.size <= FEW;
    return this.indexed;
  }

  #placesOf(keys: Int32Array, numbers: Float64Array): Int32Array {
    if (found.length < keys.length) found = new Int32Array(2 * keys.length);
    let last = Number.NaN;
    let place = 0;
    for (let i = 0; i < keys.length; i++) {
      const value = numbers[keys[i] as number] as number;
      if (value !== last) {
        place = this.#pool.of(value);
        last = value;
      }
      found[i] = place;
    }
    return found;
  }

  #write(into: PageBytes, numbers: Float64Array, at: Int32Array): void {
    const width = this.#type === 'INT32' ? 4 : 8;
    into.reserve(at.length * width);
    WRITE[this.#type](into.words, into.length, numbers, at);
    into.length += at.length * width;
  }

  protected writeDictionary(into: PageBytes): void {
    const { values } = this.#pool;
    this.#write(
      into,
      values,
      Int32Array.from(values, (_, i) => i),
    );
  }

  protected forget(): void {
    this.#pool.clear();
  }

  takeBounds(): Range | undefined {
    return this.#bounds.take();
  }
}

/** As bits, the lowest first: `places` are the values themselves. */
export class BooleanValues extends Values {
  protected readonly size = 0;
  readonly #bounds = new NumberBounds();

  constructor() {
    super(false);
  }

  add(keys: Keys, { numbers }: Numbers): boolean {
    const different = keys.used ?? keys.of;
    this.#bounds.add(numbers, different);
    this.addPlaces(
      keys,
      Int32Array.from(different, (key) => numbers[key] as number),
    );
    return true;
  }

  override endPage(into: PageBytes): PageEncoding {
    const { count } = this.places;
    const values = this.places.values();
    const bits = new Uint8Array((count + 7) >> 3);
    for (let i = 0; i < count; i++) {
      const bit = typeof values === 'number' ? values : (values[i] as number);
      bits[i >> 3] = (bits[i >> 3] as number) | (bit << (i & 7));
    }
    into.append(bits);
    this.places.clear();
    return 'PLAIN';
  }

  protected writeDictionary(): void {}
  protected forget(): void {}

  takeBounds(): Range | undefined {
    return this.#bounds.take();
  }
}
