import { enlarged } from '../read/enlarged.ts';
import { isShared, NUMBER_SLOTS, TEXT_SLOTS } from './slots.ts';

/** Slots that something fills, ascending; of all others every value is absent. */
export interface Filled {
  readonly numbers: number[];
  readonly texts: number[];
}

/** The number and text columns of the slots that rows share, or of all others. Numbers: NaN is absent. Text: -1. */
export class SlotColumns {
  readonly filled: Filled = { numbers: [], texts: [] };
  readonly #numbers: Float64Array[];
  readonly #texts: Int32Array[];
  readonly #slots: Filled;

  /** @param numbers columns by slot: those of the slots here are made and replaced in it; so are those of `texts` */
  constructor(numbers: Float64Array[], texts: Int32Array[], shared: 0 | 1, capacity: number) {
    [this.#numbers, this.#texts] = [numbers, texts];
    const isHere = (slot: number) => isShared[slot] === shared;
    this.#slots = { numbers: NUMBER_SLOTS.filter(isHere), texts: TEXT_SLOTS.filter(isHere) };
    for (const slot of this.#slots.numbers) numbers[slot] = new Float64Array(capacity).fill(Number.NaN);
    for (const slot of this.#slots.texts) texts[slot] = new Int32Array(capacity).fill(-1);
  }

  /** A slot that nothing has filled yet. */
  fill(slot: number): void {
    const list = this.#numbers[slot] ? this.filled.numbers : this.filled.texts;
    list.push(slot);
    list.sort((a, b) => a - b);
  }

  /** All values from `start` to `end` are absent again. */
  blank(start: number, end: number): void {
    for (const slot of this.filled.numbers) this.#numbers[slot]?.fill(Number.NaN, start, end);
    for (const slot of this.filled.texts) this.#texts[slot]?.fill(-1, start, end);
  }

  /** As if nothing had been filled. @param length up to where something may be */
  clear(length: number): void {
    this.blank(0, length);
    this.filled.numbers.length = this.filled.texts.length = 0;
  }

  /** @param length of what there is */
  grow(capacity: number, length: number): void {
    for (const slot of this.#slots.numbers)
      this.#numbers[slot] = enlarged(this.#numbers[slot] as Float64Array, capacity).fill(Number.NaN, length);
    for (const slot of this.#slots.texts)
      this.#texts[slot] = enlarged(this.#texts[slot] as Int32Array, capacity).fill(-1, length);
  }
}
