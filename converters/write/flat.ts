import type { Rows } from '../map/rows.ts';
import { SLOT, slotKind, UNIQUE_SLOTS } from '../map/slots.ts';
import { CLASSES } from '../ocsf/classes.ts';
import { FLAT_COLUMNS, type FlatColumn, type FlatType } from './columns.ts';
import type { Batch, Physical } from './encode/column.ts';
import type { Field } from './encode/file.ts';
import {
  absent,
  absentNumbers,
  beginBatch,
  flatLevels,
  type Gathered,
  hexTexts,
  idsOf,
  intsOf,
  numbers,
  numbersOf,
  texts,
} from './gather.ts';

/** Column type of the catalogue → Parquet's. */
export const PHYSICAL = {
  ...{ INT32: 'INT32', INT64: 'INT64', DOUBLE: 'DOUBLE', STRING: 'BYTE_ARRAY' },
} as const satisfies Record<FlatType, Physical>;
const CATEGORY = new Map(CLASSES.map(({ class_uid, category_uid }) => [class_uid, category_uid]));

export const FLAT_FIELDS: readonly Field[] = FLAT_COLUMNS.map(({ name, type, required, slot }) => ({
  ...{ name, type: PHYSICAL[type], repetition: required ? 'REQUIRED' : 'OPTIONAL' },
  dictionary: !UNIQUE_SLOTS.has(SLOT[slot]),
}));

/** The chosen rows, column by column: to be written before the next are asked for. */
export function flatBatches(rows: Rows, chosen: Int32Array): Batch[] {
  beginBatch();
  return FLAT_COLUMNS.map((column) =>
    flatLevels(
      column.type === 'STRING' ? textColumn(column, rows, chosen) : numberColumn(column, rows, chosen),
    ),
  );
}

function textColumn({ slot, or = [], when }: FlatColumn, rows: Rows, chosen: Int32Array): Gathered {
  if (slotKind(slot) === 'h')
    return rows.isFilled(SLOT[slot]) ? hexTexts(rows, SLOT[slot], chosen) : absent(chosen.length);
  const sources = [slot, ...or]
    .filter((name) => slotKind(name) !== 'n' && rows.isFilled(SLOT[name]))
    .map((name) => idsOf(rows, SLOT[name], chosen));
  if (sources.length === 0) return absent(chosen.length);
  const only = when && idsOf(rows, SLOT[when], chosen);
  const [first, ...others] = sources;
  if (first && others.length === 0 && only === undefined) return texts(rows, first);
  const ids = intsOf.take(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    let id = -1;
    const due = only === undefined || (only[i] as number) >= 0;
    for (let s = 0; due && s < sources.length && id < 0; s++) id = (sources[s] as Int32Array)[i] as number;
    ids[i] = id;
  }
  return texts(rows, ids);
}

function numberColumn({ slot, derive }: FlatColumn, rows: Rows, chosen: Int32Array): Gathered {
  if (!rows.isFilled(SLOT[slot])) return absentNumbers(chosen.length);
  const values = numbersOf(rows, SLOT[slot], chosen);
  const classes = numbersOf(rows, SLOT.class_uid, chosen);
  for (let i = 0; derive !== undefined && i < chosen.length; i++) {
    const value = values[i] as number;
    // Back to whole nanoseconds first, so that the quotient is the nearest double.
    if (derive === 'us_to_ms_exact') values[i] = Math.round(value * 1000) / 1e6;
    else if (derive === 'type_uid') values[i] = (classes[i] as number) * 100 + value;
    else values[i] = CATEGORY.get(value) ?? 0;
  }
  return numbers(values);
}
