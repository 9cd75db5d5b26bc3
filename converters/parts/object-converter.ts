import { Rows } from '../map/rows.ts';
import { ShapeCheck } from '../ocsf/shapes.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { convertObject } from './convert-object.ts';
import type { PartSet } from './part-set.ts';

export interface Converted {
  readonly set: PartSet;
  /** Events that were built and validated for it. */
  readonly validated: number;
}

/** A raw object, and the run that its part set is for. */
export interface ObjectOf {
  readonly record: RunRecord;
  readonly key: string;
}

export type ConvertOne = (object: ObjectOf) => Promise<Converted>;

export interface ObjectStores {
  /** Where parts and dead letters are put. */
  readonly raw: ObjectStore;
  /** Where the raw objects lie. */
  readonly source: ObjectStore;
}

/** Converts any number of objects at once. What one needs for that is kept, and used again for the next. */
export function objectConverter(stores: ObjectStores): ConvertOne {
  const idle: ConvertOne[] = [];
  return async (object) => {
    const convert = idle.pop() ?? oneAfterAnother(stores);
    try {
      return await convert(object);
    } finally {
      idle.push(convert);
    }
  };
}

function oneAfterAnother(stores: ObjectStores): ConvertOne {
  const rows = new Rows();
  const check = new ShapeCheck();
  return async (object) => {
    const before = check.checked;
    const set = await convertObject({ ...stores, ...object, rows, check });
    return { set, validated: check.checked - before };
  };
}
