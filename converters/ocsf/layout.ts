import type { SlotName } from '../map/slots.ts';

/** Parquet types of the nested columns: INT32, INT64, DOUBLE, BOOLEAN, STRING, and STRING that holds JSON. */
export type LeafType = 'i32' | 'i64' | 'f64' | 'bool' | 'str' | 'json';

/** One column of a class. Where it takes its value from: a slot, a constant, or the caption of an id. */
export interface Leaf {
  /** `metadata.product.name`; `resources[].name` is a list of at most one. */
  readonly path: string;
  readonly type: LeafType;
  readonly slot?: SlotName;
  readonly constant?: string | number | boolean;
  /** The caption that belongs to the id in `slot`. */
  readonly captions?: Readonly<Record<number, string>>;
  /** From what the slot's value is made. */
  readonly derive?: 'us_to_ms' | 'type_uid' | 'direction_id';
  /** Present only where this slot is: an object without what it requires must be absent as a whole. */
  readonly when?: SlotName;
  /** A list of constants (`metadata.profiles`). */
  readonly list?: readonly string[];
}

/** A place inside `unmapped`, which Parquet holds as one JSON text. */
export interface UnmappedLeaf {
  readonly path: readonly string[];
  readonly slot: SlotName;
  readonly when?: SlotName;
}

export interface ClassLayout {
  readonly class_uid: number;
  /** Snake case, as in the file path `ocsf/<name>/`. */
  readonly name: string;
  readonly caption: string;
  readonly category_uid: number;
  readonly profiles: readonly string[];
  readonly leaves: readonly Leaf[];
  readonly unmapped: readonly UnmappedLeaf[];
}
