import { randomBytes, seeded } from '../bench/telemetry.ts';
import type { Rows } from '../map/rows.ts';
import { ID_BYTES, ID_SLOTS, isShared, SLOT, SLOT_NAMES, type SlotName, slotKind } from '../map/slots.ts';
import { CLASSES } from '../ocsf/classes.ts';
import { FLAT_COLUMNS } from './columns.ts';

/** Of rows that are made up. */
export const random = seeded(17);
const whole = (below: number): number => Math.floor(random() * below);
const oneOf = <T>(items: readonly T[]): T => items[whole(items.length)] as T;

/** In every row. */
const REQUIRED: readonly SlotName[] = FLAT_COLUMNS.filter(({ required }) => required).map(({ slot }) => slot);
const CLASS_UIDS = CLASSES.map(({ class_uid }) => class_uid).slice(0, 5);
const KINDS = ['http.server', 'log', 'change.deployment', 'metric.sample'];

type Value = string | number;
function someValue(name: SlotName): Value {
  if (name === 'event_kind') return oneOf(KINDS);
  if (name === 'class_uid') return oneOf(CLASS_UIDS);
  if (name === 'time') return 1_795_500_000_000 + whole(1e6);
  if (name === 'duration_us') return whole(1e9) / 1000;
  if (name === 'metric_value') return random() - 0.5;
  if (name === 'severity_id' || name === 'status_id') return whole(9);
  if (name === 'observation_point_id') return 1 + whole(3);
  const kind = slotKind(name);
  if (kind === 'n') return whole(60_000);
  return kind === 'j' ? `{"of":${whole(9)}}` : `${name} "${whole(9)}" ${'ü'.repeat(whole(3))}`;
}

/** Some of the slots, and values of theirs. A share of 0 leaves a slot out, one of 1 fills it throughout. */
function chosenValues(
  names: readonly SlotName[],
  shares: ReadonlyMap<SlotName, number>,
): [SlotName, Value][] {
  return names
    .filter((name) => REQUIRED.includes(name) || random() < (shares.get(name) ?? 0))
    .map((name) => [name, someValue(name)]);
}

const OWN = SLOT_NAMES.filter((name) => isShared[SLOT[name]] === 0 && slotKind(name) !== 'h');
const SHARED = SLOT_NAMES.filter((name) => isShared[SLOT[name]] === 1);

function put(rows: Rows, row: number, values: readonly [SlotName, Value][]): void {
  for (const [name, value] of values)
    if (typeof value === 'number') rows.setNumber(SLOT[name], row, value);
    else rows.setText(SLOT[name], row, rows.pool.of(value));
}

/** So many rows of so many templates; each slot is filled in all of them, in none, or in some. */
export function fill(rows: Rows, count: number, templates: number): void {
  const shares = new Map(SLOT_NAMES.map((name) => [name, oneOf([0, 0.5, 0.5, 1])]));
  const shared = Array.from({ length: templates }, () => chosenValues(SHARED, shares));
  for (let i = 0; i < count; i++) {
    const row = rows.add();
    put(rows, row, oneOf(shared));
    put(rows, row, chosenValues(OWN, shares));
    for (const slot of ID_SLOTS) {
      const isThere = slot === SLOT.event_uid || random() < (shares.get(SLOT_NAMES[slot] as SlotName) ?? 0);
      if (isThere) rows.setId(slot, row, randomBytes(random, ID_BYTES[slot] as number), 0);
    }
  }
  rows.settle();
}
