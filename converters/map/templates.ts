import { isShared, NUMBER_SLOTS, TEXT_SLOTS } from './slots.ts';

/** Slots that some row fills, ascending; of all others every value is absent. */
export interface Filled {
  readonly numbers: number[];
  readonly texts: number[];
}

const SHARED_NUMBERS = NUMBER_SLOTS.filter((slot) => isShared[slot] === 1);
const SHARED_TEXTS = TEXT_SLOTS.filter((slot) => isShared[slot] === 1);

/**
 * What rows have in common: the values of all shared slots, once for all rows that have the same. The last one may be in the
 * making: {@link settle} looks whether there is such a template already.
 */
export class Templates {
  length = 0;
  readonly filled: Filled = { numbers: [], texts: [] };
  readonly #numbers: Float64Array[];
  readonly #texts: Int32Array[];
  readonly #isFilled = new Uint8Array(isShared.length);
  #capacity: number;
  #hashes: Int32Array;
  /** Template and one, by hash. */
  #table: Int32Array;

  /** @param numbers columns by slot, those of shared slots are made and replaced here; so are those of `texts` */
  constructor(numbers: Float64Array[], texts: Int32Array[], capacity = 256) {
    [this.#numbers, this.#texts, this.#capacity] = [numbers, texts, capacity];
    this.#hashes = new Int32Array(capacity);
    this.#table = new Int32Array(2 * capacity);
    for (const slot of SHARED_NUMBERS) numbers[slot] = new Float64Array(capacity).fill(Number.NaN);
    for (const slot of SHARED_TEXTS) texts[slot] = new Int32Array(capacity).fill(-1);
  }

  /** Begins one, all absent. */
  add(): number {
    if (this.length === this.#capacity) this.#grow();
    return this.length++;
  }

  fill(slot: number): void {
    if (this.#isFilled[slot] === 1) return;
    this.#isFilled[slot] = 1;
    const list = this.#numbers[slot] ? this.filled.numbers : this.filled.texts;
    list.push(slot);
    list.sort((a, b) => a - b);
  }

  isFilled(slot: number): boolean {
    return this.#isFilled[slot] === 1;
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
    for (const slot of this.filled.numbers) (this.#numbers[slot] as Float64Array)[this.length] = Number.NaN;
    for (const slot of this.filled.texts) (this.#texts[slot] as Int32Array)[this.length] = -1;
  }

  clear(): void {
    const { numbers, texts } = this.filled;
    for (const slot of numbers) this.#numbers[slot]?.fill(Number.NaN, 0, this.length);
    for (const slot of texts) this.#texts[slot]?.fill(-1, 0, this.length);
    numbers.length = texts.length = this.length = 0;
    this.#isFilled.fill(0);
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
    for (const slot of SHARED_NUMBERS) {
      const larger = new Float64Array(this.#capacity).fill(Number.NaN, this.length);
      larger.set(this.#numbers[slot] as Float64Array);
      this.#numbers[slot] = larger;
    }
    for (const slot of SHARED_TEXTS) {
      const larger = new Int32Array(this.#capacity).fill(-1, this.length);
      larger.set(this.#texts[slot] as Int32Array);
      this.#texts[slot] = larger;
    }
    const hashes = new Int32Array(this.#capacity);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
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
