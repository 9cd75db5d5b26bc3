import { writeHex, writeHexPairs } from '../../hex.ts';
import { wordsOf } from '../../read/strings.ts';
import type { Ids, Keys } from './batch.ts';
import { order, type Range } from './bounds.ts';
import { IdPool } from './id-pool.ts';
import type { PageBytes } from './page-bytes.ts';
import { LARGEST_DICTIONARY } from './text-values.ts';
import { Values } from './values.ts';

/** Places of the batch that is added. */
let found = new Int32Array(0);

/** Ids of so many bytes, which are a multiple of four, as texts of twice as many hex digits: digits are in the order of their bytes. */
export class IdValues extends Values {
  readonly #width: number;
  readonly #pool: IdPool;
  readonly #bounds: IdBounds;
  /** Two bytes at once: the length of a text, which stands before it in four bytes. */
  readonly #length: Uint16Array;

  constructor(width: number, withDictionary: boolean) {
    super(withDictionary);
    this.#width = width;
    this.#pool = new IdPool(width);
    this.#bounds = new IdBounds(width);
    this.#length = new Uint16Array(Uint8Array.of(2 * width, 0, 0, 0).buffer);
  }

  protected get size(): number {
    return this.#pool.size;
  }

  add({ of }: Keys, ids: Ids): boolean {
    const { hex } = ids;
    const words = wordsOf(hex);
    this.#bounds.add(ids, words, of);
    if (!this.indexed) {
      this.#write(this.plain, hex, of);
      return true;
    }
    if (found.length < of.length) found = new Int32Array(2 * of.length);
    for (let i = 0; i < of.length; i++) found[i] = this.#pool.of(words, (of[i] as number) * this.#width);
    this.addPlaces({ of }, found);
    this.indexed = 2 * this.#width * this.#pool.size <= LARGEST_DICTIONARY;
    return this.indexed;
  }

  /** All that is written here is of even length. */
  #write(into: PageBytes, hex: Uint8Array, at: Int32Array): void {
    const width = this.#width;
    into.reserve(at.length * (4 + 2 * width));
    const pairs = new Uint16Array(into.all.buffer);
    const [first, second] = this.#length as unknown as [number, number];
    let place = into.length >> 1;
    for (let i = 0; i < at.length; i++) {
      const from = (at[i] as number) * width;
      pairs[place++] = first;
      pairs[place++] = second;
      place = writeHexPairs(hex, from, from + width, pairs, place);
    }
    into.length = place << 1;
  }

  protected writeDictionary(into: PageBytes): void {
    const { bytes, size } = this.#pool;
    this.#write(
      into,
      bytes,
      Int32Array.from({ length: size }, (_, place) => place),
    );
  }

  protected forget(): void {
    this.#pool.clear();
  }

  takeBounds(): Range | undefined {
    return this.#bounds.take();
  }
}

/** Looks at the ids of a page for their bounds. */
class IdBounds {
  readonly #width: number;
  #least: Uint8Array | undefined;
  #most: Uint8Array | undefined;

  constructor(width: number) {
    this.#width = width;
  }

  /** Those at the keys given. */
  add({ hex }: Ids, words: DataView, keys: Int32Array): void {
    const width = this.#width;
    let least = (keys[0] as number) * width;
    let most = least;
    let [lowest, highest] = [words.getUint32(least), words.getUint32(most)];
    for (let i = 1; i < keys.length; i++) {
      const from = (keys[i] as number) * width;
      const word = words.getUint32(from);
      if (word > lowest && word < highest) continue; // as almost all
      if (isBefore(words, from, least, width)) [least, lowest] = [from, word];
      else if (isBefore(words, most, from, width)) [most, highest] = [from, word];
    }
    const [first, last] = [hex.subarray(least, least + width), hex.subarray(most, most + width)];
    if (!this.#least || order(first, this.#least) < 0) this.#least = first.slice();
    if (!this.#most || order(last, this.#most) > 0) this.#most = last.slice();
  }

  /** Those of the page that ends, as digits; undefined where it has none. */
  take(): Range | undefined {
    const [least, most] = [this.#least, this.#most];
    this.#least = this.#most = undefined;
    return least && most && { least: digits(least), most: digits(most) };
  }
}

function isBefore(words: DataView, one: number, other: number, width: number): boolean {
  for (let i = 0; i < width; i += 4) {
    const [a, b] = [words.getUint32(one + i), words.getUint32(other + i)];
    if (a !== b) return a < b;
  }
  return false;
}

function digits(id: Uint8Array): Uint8Array {
  const text = new Uint8Array(2 * id.length);
  writeHex(id, 0, id.length, text, 0);
  return text;
}
