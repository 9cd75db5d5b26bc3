import { ShapeCheck } from '../ocsf/shapes.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { type AtBench, convertObject, workbench } from './convert-object.ts';
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

/** Converts any number of objects at once: while one is computed, the others wait for their stores. */
export function objectConverter(stores: ObjectStores): ConvertOne {
  const bench = workbench(new ShapeCheck());
  let free: Promise<unknown> = Promise.resolve();
  return async (object) => {
    let validated = 0;
    const atBench: AtBench = (work) => {
      const done = free.then(async () => {
        const before = bench.check.checked;
        const result = await work(bench);
        validated += bench.check.checked - before;
        return result;
      });
      free = done.catch(() => undefined);
      return done;
    };
    const set = await convertObject({ ...stores, ...object, atBench });
    return { set, validated };
  };
}
