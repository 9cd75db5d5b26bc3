import { SLOT, type SlotName, slotKind, UNIQUE_SLOTS } from '../map/slots.ts';
import { CLASSES } from '../ocsf/classes.ts';
import type { Chosen } from './chosen.ts';
import { FLAT_COLUMNS, type FlatColumn, type FlatType } from './columns.ts';
import { derived, firstOf, where } from './combine.ts';
import type { Batch } from './encode/batch.ts';
import type { Physical } from './encode/column.ts';
import type { Field } from './encode/file.ts';

/** Column type of the catalogue → Parquet's. */
export const PHYSICAL = {
  ...{ INT32: 'INT32', INT64: 'INT64', DOUBLE: 'DOUBLE', STRING: 'BYTE_ARRAY' },
} as const satisfies Record<FlatType, Physical>;
const CATEGORY = new Map(CLASSES.map(({ class_uid, category_uid }) => [class_uid, category_uid]));

export const FLAT_FIELDS: readonly Field[] = FLAT_COLUMNS.map(({ name, type, required, slot }) => ({
  ...{ name, type: PHYSICAL[type], repetition: required ? 'REQUIRED' : 'OPTIONAL' },
  dictionary: !UNIQUE_SLOTS.has(SLOT[slot]),
}));

/** The chosen rows, column by column: to be written before others are chosen. */
export const flatBatches = (chosen: Chosen): Batch[] =>
  FLAT_COLUMNS.map((column) =>
    column.type === 'STRING' ? textColumn(column, chosen) : numberColumn(column, chosen),
  );

function textColumn({ slot, or = [], when }: FlatColumn, chosen: Chosen): Batch {
  const isFilled = (name: SlotName) => slotKind(name) !== 'n' && chosen.rows.isFilled(SLOT[name]);
  const columns = [slot, ...or].filter(isFilled).map((name) => chosen.column(name));
  const column = firstOf(chosen, columns);
  return when ? where(chosen, column, chosen.filled(when)) : column;
}

function numberColumn({ slot, derive }: FlatColumn, chosen: Chosen): Batch {
  const column = chosen.column(slot);
  if (derive === undefined) return column;
  // Back to whole nanoseconds first, so that the quotient is the nearest double.
  if (derive === 'us_to_ms_exact') return derived(chosen, column, (us) => Math.round(us * 1000) / 1e6);
  if (derive === 'category_uid') return derived(chosen, column, (uid) => CATEGORY.get(uid) ?? 0);
  const classes = chosen.rows.numbers[SLOT.class_uid] as Float64Array;
  return derived(chosen, column, (activity, template) => (classes[template] as number) * 100 + activity);
}
