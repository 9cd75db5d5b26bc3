import type { EventCheck } from '../map/raw-object.ts';
import type { Rows } from '../map/rows.ts';
import type { Filled } from '../map/slot-columns.ts';
import { ID_SLOTS, SLOT, type SlotName } from '../map/slots.ts';
import { enlarged } from '../read/enlarged.ts';
import { eventOf } from './event.ts';
import { problems } from './validate.ts';

/** Slots whose value decides whether the event is valid, not only that there is one: enums, patterns, ids of a class. */
export const VALUE_SLOTS: readonly SlotName[] = [
  'event_kind',
  'class_uid',
  'activity_id',
  'severity_id',
  'status_id',
  'observation_point_id',
  'db_type_id',
  'http_method',
  'src_ip',
  'dst_ip',
];
/** Numbers that the schema wants between 0 and 65535; of all others only whether they are whole counts. */
export const PORT_SLOTS: readonly SlotName[] = ['http_port', 'src_port', 'dst_port'];
/** Longest text about one event, in characters. */
const LONGEST = 300;

const slotFlags = (names: readonly SlotName[]): Uint8Array => {
  const flags = new Uint8Array(Object.keys(SLOT).length);
  for (const name of names) flags[SLOT[name]] = 1;
  return flags;
};
const byValue = slotFlags(VALUE_SLOTS);
const isPort = slotFlags(PORT_SLOTS);

/** Shapes that are remembered, and values of theirs: with more of either, all are forgotten. */
const MOST = 20_000;

/** Of marks of slots. */
interface Hashes {
  a: number;
  b: number;
}
const mixedA = (a: number, slot: number, mark: number): number =>
  Math.imul(a ^ (slot * 0x10001 + mark), 0x01000193);
const mixedB = (b: number, slot: number, mark: number): number =>
  Math.imul(b + slot * 0x1003f + mark, 0x9e3779b1) ^ (b >>> 13);
const NOTHING: Readonly<Hashes> = { a: 0x811c9dc5 | 0, b: 0x2545f491 };

/**
 * Validates every event against OCSF while it is mapped, at the cost of one of each shape. A shape is what validity follows
 * from: which slots are filled, and the values of {@link VALUE_SLOTS}. So the verdict on an event depends on that event alone,
 * not on which others came before.
 */
export class ShapeCheck implements EventCheck {
  /** Events that were built and validated. */
  checked = 0;
  #rows: Rows | undefined;
  /** Of the rows' templates and strings. */
  #generation = 0;
  readonly #verdicts = new Map<number, string | undefined>();
  /** Values in the order in which they were seen, whichever object they came in. */
  readonly #values = new Map<string, number>();
  /** By template. */
  readonly #templates: Hashes[] = [];
  readonly #shape: Hashes = { ...NOTHING };
  /** Pool id → mark of its value, from 1. */
  #marks = new Int32Array(1 << 10);

  begin(rows: Rows): void {
    const isFull = this.#verdicts.size >= MOST || this.#values.size >= MOST;
    if (isFull) {
      this.#verdicts.clear();
      this.#values.clear();
    }
    if (!isFull && this.#rows === rows && this.#generation === rows.generation) return;
    this.#rows = rows;
    this.#generation = rows.generation;
    this.#marks.fill(0);
    this.#templates.length = 0;
  }

  problem(row: number): string | undefined {
    const rows = this.#rows as Rows;
    const shape = this.#shapeOf(rows, row);
    const known = this.#verdicts.get(shape);
    if (known !== undefined || this.#verdicts.has(shape)) return known;
    const found = problems(eventOf(rows, row));
    this.checked += 1;
    const verdict = found.length === 0 ? undefined : found.join('; ').slice(0, LONGEST);
    this.#verdicts.set(shape, verdict);
    return verdict;
  }

  /** Two hashes of 32 and 21 bits as one number: of the template, which are looked up, and of the row's own slots. */
  #shapeOf(rows: Rows, row: number): number {
    const template = rows.template[row] as number;
    let of = this.#templates[template];
    if (!of) {
      of = { ...NOTHING };
      this.#add(of, rows, template, rows.templates.filled);
      this.#templates[template] = of;
    }
    const shape = this.#shape;
    shape.a = of.a;
    shape.b = of.b;
    this.#add(shape, rows, row, rows.filled);
    // One bit each: which ids there are.
    let ids = 0;
    for (let i = 0; i < ID_SLOTS.length; i++) {
      const slot = ID_SLOTS[i] as number;
      if (rows.isFilled(slot) && rows.hasId(slot, row)) ids |= 1 << i;
    }
    const a = Math.imul(shape.a ^ ids, 0x01000193);
    const b = Math.imul(shape.b + ids, 0x9e3779b1);
    return (a >>> 0) * 0x20_0000 + (b >>> 11);
  }

  /** @param at row or template, as the slots are */
  #add(hashes: Hashes, rows: Rows, at: number, { numbers, texts }: Filled): void {
    let { a, b } = hashes;
    for (let i = 0; i < numbers.length; i++) {
      const slot = numbers[i] as number;
      const value = (rows.numbers[slot] as Float64Array)[at] as number;
      if (Number.isNaN(value)) continue;
      const mark =
        byValue[slot] === 1 ? value + 4 : Number.isInteger(value) ? 1 + Number(inRange(slot, value)) : 3;
      a = mixedA(a, slot, mark);
      b = mixedB(b, slot, mark);
    }
    for (let i = 0; i < texts.length; i++) {
      const slot = texts[i] as number;
      const id = (rows.texts[slot] as Int32Array)[at] as number;
      if (id < 0) continue;
      const mark = byValue[slot] === 1 ? this.#markOf(rows, id) : 0;
      a = mixedA(a, slot, mark);
      b = mixedB(b, slot, mark);
    }
    hashes.a = a;
    hashes.b = b;
  }

  /** The same for the same text of any pool. */
  #markOf({ pool }: Rows, id: number): number {
    if (id >= this.#marks.length) this.#marks = enlarged(this.#marks, 2 * id);
    let mark = this.#marks[id] as number;
    if (mark === 0) {
      const text = pool.text(id);
      mark = this.#values.get(text) ?? this.#values.size + 1;
      this.#values.set(text, mark);
      this.#marks[id] = mark;
    }
    return mark;
  }
}

const inRange = (slot: number, value: number): boolean =>
  isPort[slot] === 1 ? value >= 0 && value <= 65_535 : Number.isSafeInteger(value);
