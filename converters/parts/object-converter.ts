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

/** Converts one object after another, with what it needs for that kept from one to the next. */
export function objectConverter(of: {
  raw: ObjectStore;
  source: ObjectStore;
  record: RunRecord;
}): (key: string) => Promise<Converted> {
  const rows = new Rows();
  const check = new ShapeCheck();
  return async (key) => {
    const before = check.checked;
    const set = await convertObject({ ...of, key, rows, check });
    return { set, validated: check.checked - before };
  };
}
