import {
  type Data,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import type { Rows } from '../map/rows.ts';
import { SLOT, slotKind } from '../map/slots.ts';
import { CLASSES } from '../ocsf/classes.ts';
import { FLAT_COLUMNS, type FlatColumn, type FlatType } from './columns.ts';
import { numberColumn, textColumn } from './gather.ts';

/** Column type of the catalogue → Arrow's. */
export const ARROW = {
  INT32: () => new Int32(),
  INT64: () => new Int64(),
  DOUBLE: () => new Float64(),
  STRING: () => new Utf8(),
};
const NUMBER = { INT32: 'i32', INT64: 'i64', DOUBLE: 'f64' } as const satisfies Record<
  Exclude<FlatType, 'STRING'>,
  string
>;
const CATEGORY = new Map(CLASSES.map(({ class_uid, category_uid }) => [class_uid, category_uid]));

export const FLAT_SCHEMA = new Schema(
  FLAT_COLUMNS.map(({ name, type, required }) => new Field(name, ARROW[type](), required !== true)),
);

/** The chosen rows as one batch of the flat schema. */
export function flatBatch(rows: Rows, chosen: Int32Array): RecordBatch {
  const children = FLAT_COLUMNS.map((column) =>
    column.type === 'STRING' ? text(column, rows, chosen) : number(column, column.type, rows, chosen),
  );
  return new RecordBatch(
    FLAT_SCHEMA,
    makeData({ type: new Struct(FLAT_SCHEMA.fields), length: chosen.length, nullCount: 0, children }),
  );
}

function text({ slot, or = [], when }: FlatColumn, rows: Rows, chosen: Int32Array): Data {
  const sources = [slot, ...or]
    .filter((name) => slotKind(name) !== 'n')
    .map((name) => rows.texts[SLOT[name]] as Int32Array);
  const only = when && (rows.texts[SLOT[when]] as Int32Array);
  const ids = new Int32Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    const row = chosen[i] as number;
    let id = -1;
    const due = only === undefined || (only[row] as number) >= 0;
    for (let s = 0; due && s < sources.length && id < 0; s++) id = (sources[s] as Int32Array)[row] as number;
    ids[i] = id;
  }
  return textColumn(rows, ids).data;
}

function number(
  { slot, derive }: FlatColumn,
  type: Exclude<FlatType, 'STRING'>,
  rows: Rows,
  chosen: Int32Array,
): Data {
  const source = rows.numbers[SLOT[slot]] as Float64Array;
  const classes = rows.numbers[SLOT.class_uid] as Float64Array;
  const values = new Float64Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    const row = chosen[i] as number;
    const value = source[row] as number;
    if (derive === undefined) values[i] = value;
    // Back to whole nanoseconds first, so that the quotient is the nearest double.
    else if (derive === 'us_to_ms_exact') values[i] = Math.round(value * 1000) / 1e6;
    else if (derive === 'type_uid') values[i] = (classes[row] as number) * 100 + value;
    else values[i] = CATEGORY.get(value) ?? 0;
  }
  return numberColumn(values, NUMBER[type]).data;
}
