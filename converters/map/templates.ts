import { enlarged } from '../read/enlarged.ts';
import { type Filled, SlotColumns } from './slot-columns.ts';

/**
 * What rows have in common: the values of all shared slots, once for all rows that have the same. The last one may be in the
 * making: {@link settle} looks whether there is such a template already.
 */
export class Templates {
  length = 0;
  readonly #columns: SlotColumns;
  readonly #numbers: Float64Array[];
  readonly #texts: Int32Array[];
  #capacity: number;
  #hashes: Int32Array;
  /** Template and one, by hash. */
  #table: Int32Array;

  /** @param numbers columns by slot, those of shared slots are made and replaced here; so are those of `texts` */
  constructor(numbers: Float64Array[], texts: Int32Array[], capacity = 256) {
    [this.#numbers, this.#texts, this.#capacity] = [numbers, texts, capacity];
    this.#columns = new SlotColumns(numbers, texts, 1, capacity);
    this.#hashes = new Int32Array(capacity);
    this.#table = new Int32Array(2 * capacity);
  }

  get filled(): Filled {
    return this.#columns.filled;
  }

  /** A shared slot that none has filled yet. */
  fill(slot: number): void {
    this.#columns.fill(slot);
  }

  /** Begins one, all absent. */
  add(): number {
    if (this.length === this.#capacity) this.#grow();
    return this.length++;
  }

  /** The number of the last one, or of the one that is like it, where there is one: the last is taken back then. */
  settle(): number {
    const last = this.length - 1;
    const hash = this.#hash(last);
    const mask = this.#table.length - 1;
    let at = hash & mask;
    for (let other = this.#table[at] as number; other !== 0; other = this.#table[at] as number) {
      if (this.#hashes[other - 1] === hash && this.#equal(other - 1, last)) {
        this.drop();
        return other - 1;
      }
      at = (at + 1) & mask;
    }
    this.#hashes[last] = hash;
    this.#table[at] = last + 1;
    if (2 * this.length >= this.#table.length) this.#widen();
    return last;
  }

  /** Takes the last one back, which is in the making. */
  drop(): void {
    this.length -= 1;
    this.#columns.blank(this.length, this.length + 1);
  }

  clear(): void {
    this.#columns.clear(this.length);
    this.length = 0;
    this.#table.fill(0);
  }

  #hash(template: number): number {
    let hash = 0x811c9dc5;
    for (const slot of this.filled.numbers) {
      const value = (this.#numbers[slot] as Float64Array)[template] as number;
      if (Number.isNaN(value)) continue;
      // Numbers of more than 32 bits differ in both halves.
      const bits = (value | 0) ^ Math.imul(Math.floor(value / 2 ** 32), 0x9e3779b1);
      hash = Math.imul(hash ^ (slot + Math.imul(bits, 0x1003f)), 0x01000193);
    }
    for (const slot of this.filled.texts) {
      const id = (this.#texts[slot] as Int32Array)[template] as number;
      if (id >= 0) hash = Math.imul(hash ^ (slot + Math.imul(id, 0x1003f)), 0x01000193);
    }
    return hash ^ (hash >>> 15);
  }

  #equal(a: number, b: number): boolean {
    for (const slot of this.filled.texts) {
      const ids = this.#texts[slot] as Int32Array;
      if (ids[a] !== ids[b]) return false;
    }
    for (const slot of this.filled.numbers) {
      const values = this.#numbers[slot] as Float64Array;
      if (!Object.is(values[a], values[b])) return false;
    }
    return true;
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#columns.grow(this.#capacity, this.length);
    this.#hashes = enlarged(this.#hashes, this.#capacity);
  }

  #widen(): void {
    this.#table = new Int32Array(2 * this.#table.length);
    const mask = this.#table.length - 1;
    for (let template = 0; template < this.length; template++) {
      let at = (this.#hashes[template] as number) & mask;
      while (this.#table[at] !== 0) at = (at + 1) & mask;
      this.#table[at] = template + 1;
    }
  }
}
