import type { Rows } from '../map/rows.ts';
import { ID_BYTES, isShared, SLOT, type SlotName } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';
import type { Batch, Keys, Presence } from './encode/batch.ts';
import { beginBatch, bytesOf, doublesOf, intsOf } from './taken.ts';

/** Where something is, and where not. */
export type Filled = Pick<Batch, 'keys' | 'present'>;

/** Rows of a batch that go to one file: to be written before others are chosen. Columns of shared slots are by template, all others by row. */
export class Chosen {
  readonly rows: Rows;
  readonly byRow: Keys;
  readonly byTemplate: Keys;
  /** By slot, as far as they were asked for. */
  readonly #present: Presence[] = [];

  constructor(rows: Rows, chosen: Int32Array) {
    beginBatch();
    this.rows = rows;
    this.byRow = { of: chosen };
    this.byTemplate = templatesOf(rows, chosen);
  }

  get length(): number {
    return this.byRow.of.length;
  }

  /** Keys are below that. */
  room(keys: Keys): number {
    return keys === this.byTemplate ? this.rows.templates.length : this.rows.length;
  }

  /** Whether the rows fill a slot. */
  filled(name: SlotName): Filled {
    const slot = SLOT[name];
    const keys = isShared[slot] === 1 ? this.byTemplate : this.byRow;
    this.#present[slot] ??= this.rows.isFilled(slot) && this.#presenceOf(slot, keys);
    return { keys, present: this.#present[slot] };
  }

  /** The column of a slot, without groups around it. */
  column(name: SlotName): Batch {
    const slot = SLOT[name];
    const { numbers, texts, ids, pool } = this.rows;
    const { bytes, offsets } = pool;
    const at = { ...this.filled(name), floor: 0 };
    if (numbers[slot]) return { ...at, values: { numbers: numbers[slot] } };
    if (texts[slot]) return { ...at, values: { ids: texts[slot], bytes, offsets } };
    return { ...at, values: { hex: ids[slot] as Uint8Array, width: ID_BYTES[slot] as number } };
  }

  #presenceOf(slot: number, keys: Keys): Presence {
    const { numbers, texts, ids } = this.rows;
    const at = keys.used ?? keys.of;
    const present = bytesOf.take(this.room(keys));
    const [doubles, strings] = [numbers[slot], texts[slot]];
    const count = doubles
      ? markNumbers(doubles, at, present)
      : strings
        ? markTexts(strings, at, present)
        : markIds(ids[slot] as Uint8Array, ID_BYTES[slot] as number, at, present);
    return count === at.length || (count > 0 && present);
  }

  /** @param marked 1 where there is something, at least at these keys */
  presence({ of, used }: Keys, marked: Uint8Array): Presence {
    const at = used ?? of;
    let count = 0;
    for (let i = 0; i < at.length; i++) count += marked[at[i] as number] as number;
    return count === at.length || (count > 0 && marked);
  }

  /** The same by row. */
  spread(batch: Batch): Batch {
    if (batch.keys === this.byRow) return batch;
    const { floor, values } = batch;
    return {
      ...this.spreadFilled(batch),
      floor: typeof floor === 'number' ? floor : this.#toRows(floor, bytesOf.take(this.rows.length)),
      values: this.#spreadValues(values),
    };
  }

  spreadFilled({ keys, present }: Filled): Filled {
    if (keys === this.byRow) return { keys, present };
    const marked =
      typeof present === 'boolean' ? present : this.#toRows(present, bytesOf.take(this.rows.length));
    return { keys: this.byRow, present: marked };
  }

  #spreadValues(values: Batch['values']): Batch['values'] {
    const { length } = this.rows;
    if ('ids' in values) return { ...values, ids: this.#toRows(values.ids, intsOf.take(length)) };
    if ('numbers' in values) return { numbers: this.#toRows(values.numbers, doublesOf.take(length)) };
    return values;
  }

  #toRows<T extends Uint8Array | Int32Array | Float64Array>(from: T, into: T): T {
    const { template } = this.rows;
    const { of } = this.byRow;
    for (let i = 0; i < of.length; i++) {
      const row = of[i] as number;
      into[row] = from[template[row] as number] as number;
    }
    return into;
  }
}

/** The template of each chosen row, and which occur unless almost each row has its own. */
function templatesOf({ template, templates }: Rows, chosen: Int32Array): Keys {
  const of = intsOf.take(chosen.length);
  const seen = bytesOf.take(templates.length).fill(0);
  const used = intsOf.take(Math.min(chosen.length, templates.length));
  let count = 0;
  for (let i = 0; i < chosen.length; i++) {
    const one = template[chosen[i] as number] as number;
    of[i] = one;
    if (seen[one] === 1) continue;
    seen[one] = 1;
    used[count++] = one;
  }
  return { of, used: 2 * count > of.length ? undefined : used.subarray(0, count) };
}

// Each marks with 1 the keys that have a value, with 0 those that have none, and counts the first.

function markNumbers(numbers: Float64Array, keys: Int32Array, present: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const has = Number.isNaN(numbers[key]) ? 0 : 1;
    present[key] = has;
    count += has;
  }
  return count;
}

function markTexts(ids: Int32Array, keys: Int32Array, present: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const has = (ids[key] as number) < 0 ? 0 : 1;
    present[key] = has;
    count += has;
  }
  return count;
}

function markIds(ids: Uint8Array, width: number, keys: Int32Array, present: Uint8Array): number {
  const words = wordsOf(ids);
  let count = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    let bits = 0;
    for (let from = key * width; from < (key + 1) * width && bits === 0; from += 4)
      bits = words.getInt32(from);
    const has = bits === 0 ? 0 : 1;
    present[key] = has;
    count += has;
  }
  return count;
}
