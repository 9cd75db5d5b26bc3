import { ConverterError } from '../errors.ts';
import type { Rows } from '../map/rows.ts';
import { NUMBER_SLOTS, SLOT, TEXT_SLOTS } from '../map/slots.ts';
import { eventOf } from './event.ts';
import { problems } from './validate.ts';

/** Of rows whose shape was seen already, one in so many is checked too. */
const EVERY = 1000;

/**
 * Validates events while a run is converted: the first of each shape (kind, class, activity, and which slots are filled) and
 * every {@link EVERY}th of all. The mapping fills columns of fixed types, so what can go wrong goes wrong by shape, or by a
 * value out of range, which the sample is for. Finding the shape costs 0.2 µs a row, a validation about 10 µs.
 */
export class ShapeCheck {
  checked = 0;
  #seen = new Set<string>();
  #count = 0;

  /** @throws `EVENT_INVALID` */
  rows(rows: Rows): void {
    const shapes = shapeHashes(rows);
    const classes = rows.numbers[SLOT.class_uid] as Float64Array;
    const activities = rows.numbers[SLOT.activity_id] as Float64Array;
    const kinds = rows.texts[SLOT.event_kind] as Int32Array;
    const local = new Set<number>();
    for (let row = 0; row < rows.length; row++) {
      const short =
        (shapes[row] as number) * 1009 + (classes[row] as number) * 100 + (activities[row] as number);
      const due = this.#count++ % EVERY === 0;
      const here = short * 65_536 + (kinds[row] as number);
      if (!due && local.has(here)) continue;
      local.add(here);
      const shape = `${rows.pool.text(kinds[row] as number)} ${short}`;
      if (!due && this.#seen.has(shape)) continue;
      this.#seen.add(shape);
      this.#check(rows, row);
    }
  }

  #check(rows: Rows, row: number): void {
    const event = eventOf(rows, row);
    const found = problems(event);
    this.checked += 1;
    if (found.length > 0) {
      throw new ConverterError(
        'EVENT_INVALID',
        `${String(rows.value(row, 'event_kind'))}: ${found.slice(0, 4).join('; ')}: ${JSON.stringify(event)}`,
      );
    }
  }
}

/** A hash of which slots each row fills. */
function shapeHashes(rows: Rows): Int32Array {
  const hashes = new Int32Array(rows.length);
  for (const slot of NUMBER_SLOTS) {
    const values = rows.numbers[slot] as Float64Array;
    const salt = Math.imul(slot + 1, 0x9e3779b1);
    for (let row = 0; row < rows.length; row++)
      if (!Number.isNaN(values[row])) hashes[row] = ((hashes[row] as number) + salt) | 0;
  }
  for (const slot of TEXT_SLOTS) {
    const ids = rows.texts[slot] as Int32Array;
    const salt = Math.imul(slot + 1, 0x9e3779b1);
    for (let row = 0; row < rows.length; row++)
      if ((ids[row] as number) >= 0) hashes[row] = ((hashes[row] as number) + salt) | 0;
  }
  return hashes;
}
