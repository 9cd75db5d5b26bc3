import { enlarged } from '../../read/enlarged.ts';
import { wordsOf } from '../../read/strings.ts';

/** Different ids of so many bytes, a multiple of four, numbered from 0 in order of first sight. */
export class IdPool {
  size = 0;
  readonly #width: number;
  #bytes: Uint8Array<ArrayBuffer>;
  #words: DataView;
  /** Number and one, by hash; as many again are free at least. */
  #table = new Int32Array(32);

  constructor(width: number) {
    this.#width = width;
    this.#bytes = new Uint8Array(16 * width);
    this.#words = wordsOf(this.#bytes);
  }

  /** End to end. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size * this.#width);
  }

  /** The id at a place. */
  of(words: DataView, from: number): number {
    let at = this.#place(words, from);
    const known = this.#table[at] as number;
    if (known !== 0) return known - 1;
    if (this.size * this.#width === this.#bytes.length) {
      this.#grow();
      at = this.#place(words, from);
    }
    for (let i = 0, to = this.size * this.#width; i < this.#width; i += 4)
      this.#words.setInt32(to + i, words.getInt32(from + i));
    this.#table[at] = ++this.size;
    return this.size - 1;
  }

  clear(): void {
    this.size = 0;
    this.#table.fill(0);
  }

  /** Where it is in the table, or would be. */
  #place(words: DataView, from: number): number {
    let hash = 0;
    for (let i = 0; i < this.#width; i += 4)
      hash = Math.imul(hash ^ words.getInt32(from + i), 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 15;
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const known = this.#table[at] as number;
      if (known === 0 || this.#equals(known - 1, words, from)) return at;
    }
  }

  #equals(id: number, words: DataView, from: number): boolean {
    for (let i = 0, own = id * this.#width; i < this.#width; i += 4)
      if (this.#words.getInt32(own + i) !== words.getInt32(from + i)) return false;
    return true;
  }

  #grow(): void {
    this.#bytes = enlarged(this.#bytes, 2 * this.#bytes.length);
    this.#words = wordsOf(this.#bytes);
    this.#table = new Int32Array(2 * this.#table.length);
    for (let id = 0; id < this.size; id++) this.#table[this.#place(this.#words, id * this.#width)] = id + 1;
  }
}
