import { enlarged } from '../../read/enlarged.ts';

/** Different whole numbers, up to 2^53 either way, numbered from 0 in order of first sight. */
export class NumberPool {
  size = 0;
  #values = new Float64Array(16);
  /** Number and one, by hash; as many again are free at least. */
  #table = new Int32Array(32);

  get values(): Float64Array {
    return this.#values.subarray(0, this.size);
  }

  of(value: number): number {
    let at = this.#place(value);
    const known = this.#table[at] as number;
    if (known !== 0) return known - 1;
    if (this.size === this.#values.length) {
      this.#grow();
      at = this.#place(value);
    }
    this.#values[this.size++] = value;
    this.#table[at] = this.size;
    return this.size - 1;
  }

  clear(): void {
    this.size = 0;
    this.#table.fill(0);
  }

  /** Where it is in the table, or would be. */
  #place(value: number): number {
    const mask = this.#table.length - 1;
    let hash = Math.imul((value | 0) ^ Math.imul((value / 2 ** 32) | 0, 0x85ebca6b), 0x9e3779b1);
    hash ^= hash >>> 15;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const known = this.#table[at] as number;
      if (known === 0 || this.#values[known - 1] === value) return at;
    }
  }

  #grow(): void {
    this.#values = enlarged(this.#values, 2 * this.size);
    this.#table = new Int32Array(4 * this.size);
    for (let i = 0; i < this.size; i++) this.#table[this.#place(this.#values[i] as number)] = i + 1;
  }
}
