import { hexText, readHex } from '../hex.ts';
import { enlarged } from '../read/enlarged.ts';
import { StringPool } from '../read/strings.ts';
import { type Filled, SlotColumns } from './slot-columns.ts';
import { ID_BYTES, ID_SLOTS, isShared, SLOT, SLOT_NAMES, type SlotName, slotKind } from './slots.ts';
import { Templates } from './templates.ts';

/** Of strings and of templates, to be kept. */
const MOST_BYTES = 1 << 20;
export const MOST_TEMPLATES = 1 << 14;

/**
 * Mapped events, slot by slot. Numbers: NaN means absent. Text: ids of `pool`, -1 means absent. Ids: their bytes, all zero means
 * absent. Columns of shared slots are by template, all others by row: {@link at} says where.
 */
export class Rows {
  readonly pool: StringPool;
  /** By slot number; undefined at slots of other kinds. */
  readonly numbers: Float64Array[] = [];
  readonly texts: Int32Array[] = [];
  readonly ids: Uint8Array[] = [];
  readonly templates: Templates;
  /** Template and string numbers mean the same as long as this is the same. */
  generation = 0;
  /** By row. */
  template: Int32Array;
  length = 0;
  readonly #own: SlotColumns;
  readonly #isFilled = new Uint8Array(SLOT_NAMES.length);
  #capacity: number;
  /** Whether the template of the last row is in the making. */
  #open = false;

  constructor({ capacity = 1024, pool = new StringPool() }: { capacity?: number; pool?: StringPool } = {}) {
    this.pool = pool;
    this.#capacity = capacity;
    this.template = new Int32Array(capacity);
    this.templates = new Templates(this.numbers, this.texts);
    this.#own = new SlotColumns(this.numbers, this.texts, 0, capacity);
    for (const slot of ID_SLOTS) this.ids[slot] = new Uint8Array(capacity * (ID_BYTES[slot] as number));
  }

  /** Of slots that are not shared; an id slot that some row fills is in neither list. */
  get filled(): Filled {
    return this.#own.filled;
  }

  /** Begins a row, all absent, and returns its number. Of the one before, the shared slots are not to be set any more. */
  add(): number {
    if (this.#open) this.settle();
    const row = this.#next();
    this.template[row] = this.templates.add();
    this.#open = true;
    return row;
  }

  /** As {@link add}: its shared slots are those of a template that there is. */
  addLike(template: number): number {
    if (this.#open) this.settle();
    const row = this.#next();
    this.template[row] = template;
    return row;
  }

  #next(): number {
    if (this.length === this.#capacity) this.#grow();
    return this.length++;
  }

  /** All shared slots of the last row are set: it shares its template with the rows that have the same. */
  settle(): void {
    if (!this.#open) return;
    this.#open = false;
    this.template[this.length - 1] = this.templates.settle();
  }

  /** Begins so many rows at once, within the capacity; whoever does so says their templates. */
  extend(count: number): void {
    this.length += count;
  }

  /** Where the value of a row is in the column of a slot. */
  at(slot: number, row: number): number {
    return isShared[slot] === 1 ? (this.template[row] as number) : row;
  }

  /** NaN is absent. */
  setNumber(slot: number, row: number, value: number): void {
    (this.numbers[slot] as Float64Array)[this.at(slot, row)] = value;
    if (this.#isFilled[slot] === 0 && !Number.isNaN(value)) this.fill(slot);
  }

  /** A pool id; -1 is absent. */
  setText(slot: number, row: number, id: number): void {
    (this.texts[slot] as Int32Array)[this.at(slot, row)] = id;
    if (this.#isFilled[slot] === 0 && id >= 0) this.fill(slot);
  }

  /** As many bytes as an id of this slot has. */
  setId(slot: number, row: number, from: Uint8Array, start: number): void {
    const width = ID_BYTES[slot] as number;
    const into = this.ids[slot] as Uint8Array;
    for (let i = 0, at = row * width; i < width; i++, at++) into[at] = from[start + i] as number;
    this.#isFilled[slot] = 1;
  }

  /** The bytes of an id as so many characters; what comes behind them does not count. */
  setLatin1(slot: number, row: number, bytes: string): void {
    const width = ID_BYTES[slot] as number;
    const into = this.ids[slot] as Uint8Array;
    for (let i = 0, at = row * width; i < width; i++, at++) into[at] = bytes.charCodeAt(i);
    this.#isFilled[slot] = 1;
  }

  /** Lower-case hex digits; false, and the id is absent, where they are none, too many or too few, or all zero. */
  setHex(slot: number, row: number, digits: string): boolean {
    const width = ID_BYTES[slot] as number;
    const into = this.ids[slot] as Uint8Array;
    if (digits.length === 2 * width && readHex(digits, into, row * width) !== undefined) {
      this.#isFilled[slot] = 1;
      return this.hasId(slot, row);
    }
    into.fill(0, row * width, (row + 1) * width);
    return false;
  }

  /** Whoever writes into a column itself says so. */
  fill(slot: number): void {
    if (this.#isFilled[slot] === 1) return;
    this.#isFilled[slot] = 1;
    if (isShared[slot] === 1) this.templates.fill(slot);
    else if (!this.ids[slot]) this.#own.fill(slot);
  }

  isFilled(slot: number): boolean {
    return this.#isFilled[slot] === 1;
  }

  /** Takes the last row back. */
  drop(): void {
    if (this.#open) this.templates.drop();
    this.#open = false;
    this.length -= 1;
    this.#own.blank(this.length, this.length + 1);
    for (const slot of ID_SLOTS) {
      const width = ID_BYTES[slot] as number;
      this.ids[slot]?.fill(0, this.length * width, (this.length + 1) * width);
    }
  }

  /** Begins anew: templates and strings have other numbers from now on. */
  clear(): void {
    this.clearRows();
    this.templates.clear();
    this.#isFilled.fill(0);
    this.pool.clear();
    this.generation += 1;
  }

  /** For the rows of another raw object: what was learned of the ones before stays as long as it is little. */
  renew(): void {
    const isLarge = this.pool.bytes.length > MOST_BYTES || this.templates.length > MOST_TEMPLATES;
    if (isLarge) this.clear();
    else this.clearRows();
  }

  /** Templates and strings stay. */
  clearRows(): void {
    const { numbers, texts } = this.filled;
    for (const slot of [...numbers, ...texts]) this.#isFilled[slot] = 0;
    this.#own.clear(this.length);
    for (const slot of ID_SLOTS) {
      if (this.#isFilled[slot] === 1) this.ids[slot]?.fill(0, 0, this.length * (ID_BYTES[slot] as number));
      this.#isFilled[slot] = 0;
    }
    this.length = 0;
    if (this.#open) this.templates.drop();
    this.#open = false;
  }

  has(slot: number, row: number): boolean {
    const texts = this.texts[slot];
    if (texts) return (texts[this.at(slot, row)] as number) >= 0;
    const numbers = this.numbers[slot];
    return numbers ? !Number.isNaN(numbers[this.at(slot, row)]) : this.hasId(slot, row);
  }

  hasId(slot: number, row: number): boolean {
    const width = ID_BYTES[slot] as number;
    const ids = this.ids[slot] as Uint8Array;
    for (let i = row * width; i < (row + 1) * width; i++) if (ids[i] !== 0) return true;
    return false;
  }

  /** A value as JSON has it, or undefined; `j` slots stay text. */
  value(row: number, name: SlotName): string | number | undefined {
    const slot = SLOT[name];
    if (!this.has(slot, row)) return undefined;
    const kind = slotKind(name);
    if (kind === 'n') return (this.numbers[slot] as Float64Array)[this.at(slot, row)];
    if (kind !== 'h') return this.pool.text((this.texts[slot] as Int32Array)[this.at(slot, row)] as number);
    const width = ID_BYTES[slot] as number;
    return hexText(this.ids[slot] as Uint8Array, row * width, width);
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
    this.#own.grow(capacity, this.length);
    for (const slot of ID_SLOTS)
      this.ids[slot] = enlarged(this.ids[slot] as Uint8Array, capacity * (ID_BYTES[slot] as number));
    this.template = enlarged(this.template, capacity);
    this.#capacity = capacity;
  }
}
