import type { Chosen, Filled } from './chosen.ts';
import type { Batch, Numbers, Texts } from './encode/batch.ts';
import { bytesOf, doublesOf, intsOf } from './taken.ts';

/** Null throughout. */
export const nothing = ({ byTemplate }: Chosen): Batch => ({
  ...{ keys: byTemplate, present: false, floor: 0, values: { numbers: new Float64Array(0) } },
});

/** A column where something else is, and nothing elsewhere. */
export function where(chosen: Chosen, batch: Batch, open: Filled): Batch {
  const isDecided = typeof open.present === 'boolean' || batch.present === false;
  if (!isDecided && batch.keys !== open.keys)
    return where(chosen, chosen.spread(batch), chosen.spreadFilled(open));
  return { ...batch, present: both(chosen, batch, open).present };
}

/** Where one and the other is. */
export function both(chosen: Chosen, one: Filled, other: Filled): Filled {
  if (other.present === true) return one;
  if (one.present === true) return other;
  if (one.present === false || other.present === false) return { keys: one.keys, present: false };
  if (one.keys !== other.keys) return both(chosen, chosen.spreadFilled(one), chosen.spreadFilled(other));
  const { keys } = one;
  const present = bytesOf.take(chosen.room(keys));
  const at = keys.used ?? keys.of;
  for (let i = 0; i < at.length; i++) {
    const key = at[i] as number;
    present[key] = (one.present[key] as number) & (other.present[key] as number);
  }
  return { keys, present: chosen.presence(keys, present) };
}

/** Of each row the string of the first column that has one: columns of slots as they are. */
export function firstOf(chosen: Chosen, columns: readonly Batch[]): Batch {
  const some = columns.filter(({ present }) => present !== false);
  const [first, ...others] = some;
  if (!first) return nothing(chosen);
  if (first.present === true || others.length === 0) return first;
  const isAlike = others.every(({ keys }) => keys === first.keys);
  const keys = isAlike ? first.keys : chosen.byRow;
  const at = keys.used ?? keys.of;
  const ids = intsOf.take(chosen.room(keys)).fill(-1);
  for (const column of some)
    setMissing(ids, ((isAlike ? column : chosen.spread(column)).values as Texts).ids, at);
  const values = { ...(first.values as Texts), ids };
  return { keys, present: union(chosen, some).present, floor: 0, values };
}

/** Sets those that are -1. */
function setMissing(ids: Int32Array, from: Int32Array, keys: Int32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    if ((ids[key] as number) < 0) ids[key] = from[key] as number;
  }
}

/** Where any is. */
export function union(chosen: Chosen, of: readonly Filled[]): Filled {
  const whole = of.find(({ present }) => present === true);
  if (whole) return whole;
  const some = of.filter(({ present }) => present !== false);
  const [first, ...others] = some;
  if (!first) return { keys: chosen.byTemplate, present: false };
  const alike = others.every(({ keys }) => keys === first.keys);
  const { keys } = alike ? first : chosen.spreadFilled(first);
  const any = bytesOf.take(chosen.room(keys)).fill(0);
  const at = keys.used ?? keys.of;
  for (const filled of some) {
    const present = (alike ? filled : chosen.spreadFilled(filled)).present as Uint8Array;
    mark(any, present, at);
  }
  return { keys, present: chosen.presence(keys, any) };
}

function mark(any: Uint8Array, present: Uint8Array, keys: Int32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    any[key] = (any[key] as number) | (present[key] as number);
  }
}

/** A leaf within a group: what is not there lies so many levels deeper where the group is. */
export function deeper(chosen: Chosen, batch: Batch, group: Filled, steps: number): Batch {
  const { keys, floor } = batch;
  if (group.present === false) return { ...batch, floor: 0 };
  if (group.present === true && typeof floor === 'number') return { ...batch, floor: floor + steps };
  if (group.present !== true && keys !== group.keys)
    return deeper(chosen, chosen.spread(batch), chosen.spreadFilled(group), steps);
  const floors = bytesOf.take(chosen.room(keys));
  const at = keys.used ?? keys.of;
  for (let i = 0; i < at.length; i++) {
    const key = at[i] as number;
    const above = typeof floor === 'number' ? floor : (floor[key] as number);
    floors[key] = group.present === true || group.present[key] === 1 ? above + steps : 0;
  }
  return { ...batch, floor: floors };
}

/** What is made of a number, which lies at a key. */
type Derive = (value: number, key: number) => number;

/** What is made of the numbers of a column. */
export function derived(chosen: Chosen, batch: Batch, derive: Derive): Batch {
  if (batch.present === false) return batch;
  const { keys, values } = batch;
  const made = doublesOf.take(chosen.room(keys));
  deriveAll((values as Numbers).numbers, keys.used ?? keys.of, made, derive);
  return { ...batch, values: { numbers: made } };
}

function deriveAll(numbers: Float64Array, keys: Int32Array, into: Float64Array, derive: Derive): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    into[key] = derive(numbers[key] as number, key);
  }
}
