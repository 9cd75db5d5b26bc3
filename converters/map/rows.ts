import { StringPool } from '../read/strings.ts';
import { NUMBER_SLOTS, SLOT, SLOT_NAMES, type SlotName, slotKind, TEXT_SLOTS } from './slots.ts';

/** Mapped events, slot by slot. Numbers: NaN means absent. Text: ids of `pool`, -1 means absent. */
export class Rows {
  readonly pool: StringPool;
  /** By slot number; undefined at text slots. */
  readonly numbers: Float64Array[] = [];
  /** By slot number; undefined at number slots. */
  readonly texts: Int32Array[] = [];
  length = 0;
  /** Slots that some row fills, ascending; of all others every value is absent. */
  readonly filled: { readonly numbers: number[]; readonly texts: number[] } = { numbers: [], texts: [] };
  readonly #isFilled = new Uint8Array(SLOT_NAMES.length);
  #capacity: number;

  constructor({ capacity = 1024, pool = new StringPool() }: { capacity?: number; pool?: StringPool } = {}) {
    this.pool = pool;
    this.#capacity = capacity;
    for (const slot of NUMBER_SLOTS) this.numbers[slot] = new Float64Array(capacity).fill(Number.NaN);
    for (const slot of TEXT_SLOTS) this.texts[slot] = new Int32Array(capacity).fill(-1);
  }

  /** Begins a row, all absent, and returns its number. */
  add(): number {
    if (this.length === this.#capacity) this.#grow();
    return this.length++;
  }

  /** Begins so many rows at once, within the capacity. */
  extend(count: number): void {
    this.length += count;
  }

  /** NaN is absent. */
  setNumber(slot: number, row: number, value: number): void {
    (this.numbers[slot] as Float64Array)[row] = value;
    if (this.#isFilled[slot] === 0 && !Number.isNaN(value)) this.fill(slot);
  }

  /** A pool id; -1 is absent. */
  setText(slot: number, row: number, id: number): void {
    (this.texts[slot] as Int32Array)[row] = id;
    if (this.#isFilled[slot] === 0 && id >= 0) this.fill(slot);
  }

  /** Whoever writes into a column itself says so. */
  fill(slot: number): void {
    if (this.#isFilled[slot] === 1) return;
    this.#isFilled[slot] = 1;
    const { numbers, texts } = this.filled;
    const list = this.numbers[slot] ? numbers : texts;
    list.push(slot);
    list.sort((a, b) => a - b);
  }

  isFilled(slot: number): boolean {
    return this.#isFilled[slot] === 1;
  }

  /** Takes the last row back. */
  drop(): void {
    this.length -= 1;
    for (const slot of this.filled.numbers) (this.numbers[slot] as Float64Array)[this.length] = Number.NaN;
    for (const slot of this.filled.texts) (this.texts[slot] as Int32Array)[this.length] = -1;
  }

  clear(): void {
    const { numbers, texts } = this.filled;
    for (const slot of numbers) this.numbers[slot]?.fill(Number.NaN, 0, this.length);
    for (const slot of texts) this.texts[slot]?.fill(-1, 0, this.length);
    numbers.length = texts.length = this.length = 0;
    this.#isFilled.fill(0);
    this.pool.clear();
  }

  has(slot: number, row: number): boolean {
    const ids = this.texts[slot];
    return ids ? (ids[row] as number) >= 0 : !Number.isNaN(this.numbers[slot]?.[row]);
  }

  /** A value as JSON has it, or undefined; `j` slots stay text. */
  value(row: number, name: SlotName): string | number | undefined {
    const slot = SLOT[name];
    if (slotKind(name) === 'n') {
      const value = (this.numbers[slot] as Float64Array)[row] as number;
      return Number.isNaN(value) ? undefined : value;
    }
    const id = (this.texts[slot] as Int32Array)[row] as number;
    return id < 0 ? undefined : this.pool.text(id);
  }

  /** All present values of a row, for tests and messages. */
  row(row: number): Partial<Record<SlotName, string | number>> {
    const found: Partial<Record<SlotName, string | number>> = {};
    for (const name of SLOT_NAMES) {
      const value = this.value(row, name);
      if (value !== undefined) found[name] = value;
    }
    return found;
  }

  #grow(): void {
    const capacity = this.#capacity * 2;
    for (const slot of NUMBER_SLOTS) {
      const larger = new Float64Array(capacity).fill(Number.NaN, this.length);
      larger.set(this.numbers[slot] as Float64Array);
      this.numbers[slot] = larger;
    }
    for (const slot of TEXT_SLOTS) {
      const larger = new Int32Array(capacity).fill(-1, this.length);
      larger.set(this.texts[slot] as Int32Array);
      this.texts[slot] = larger;
    }
    this.#capacity = capacity;
  }
}
