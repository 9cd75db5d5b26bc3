import { SLOT, type SlotName, UNIQUE_SLOTS } from '../map/slots.ts';
import { derived as derivedNumber } from '../ocsf/event.ts';
import type { ClassLayout, Leaf, LeafType } from '../ocsf/layout.ts';
import type { Chosen, Filled } from './chosen.ts';
import { deeper, derived, nothing, union, where } from './combine.ts';
import { type Batch, type Numbers, oneKey, type Texts } from './encode/batch.ts';
import type { Physical } from './encode/column.ts';
import type { Field } from './encode/file.ts';
import { endToEnd } from './plain-columns.ts';
import { bytesOf, doublesOf, intsOf } from './taken.ts';
import { Unmapped } from './unmapped.ts';

/** A struct or a leaf of the nested schema; `list` marks a list of at most one struct. */
interface Node {
  readonly name: string;
  readonly list: boolean;
  readonly leaf?: Leaf;
  readonly children: Node[];
}
/** Batches of all leaves below a node, with levels as if the node was the root, and in which rows there is any. */
interface Built extends Filled {
  readonly batches: readonly Batch[];
}

const isUnique = ({ path, slot }: Leaf): boolean =>
  path === 'unmapped' || (slot !== undefined && UNIQUE_SLOTS.has(SLOT[slot]));

/** The fixed schema of an OCSF class, and batches of it. */
export class NestedClass {
  readonly layout: ClassLayout;
  readonly fields: readonly Field[];
  readonly #root: Node;
  readonly #unmapped: Unmapped;

  constructor(layout: ClassLayout) {
    this.layout = layout;
    this.#unmapped = new Unmapped(layout);
    this.#root = { name: '', list: false, children: [] };
    for (const leaf of layout.leaves) insert(this.#root, leaf.path.split('.'), leaf);
    this.#root.children.push({
      name: 'unmapped',
      list: false,
      leaf: { path: 'unmapped', type: 'json' },
      children: [],
    });
    this.fields = this.#root.children.map(field);
  }

  /** The chosen rows, leaf by leaf: to be written before others are chosen. */
  batches(chosen: Chosen): Batch[] {
    return this.#root.children.flatMap((node) => this.#build(node, chosen).batches);
  }

  #build({ leaf, children, list }: Node, chosen: Chosen): Built {
    if (leaf) return ofLeaf(this.#leafColumn(leaf, chosen));
    // A struct is there where any of its children is, and a list where its one element is: that is two levels more.
    const built = children.map((child) => this.#build(child, chosen));
    const group = union(chosen, built);
    const batches = built.flatMap((child) => child.batches);
    return { ...group, batches: batches.map((batch) => deeper(chosen, batch, group, list ? 3 : 1)) };
  }

  /** As `leafValue` in `ocsf/event.ts`, a column at a time. */
  #leafColumn(leaf: Leaf, chosen: Chosen): Batch {
    if (leaf.path === 'unmapped') return this.#unmapped.column(chosen);
    if (leaf.list) return constantList(leaf, leaf.list, chosen.length);
    const open = leaf.when && chosen.filled(leaf.when);
    if (leaf.constant !== undefined) return constantColumn(leaf, leaf.constant, open, chosen);
    const slot = leaf.slot as SlotName;
    if (!chosen.rows.isFilled(SLOT[slot])) return nothing(chosen);
    const column = chosen.column(slot);
    const due = open ? where(chosen, column, open) : column;
    if (leaf.captions) return captionColumn(leaf, leaf.captions, due, chosen);
    const { derive } = leaf;
    return derive
      ? derived(chosen, due, (value) => derivedNumber(derive, value, this.layout.class_uid))
      : due;
  }
}

function insert(at: Node, path: readonly string[], leaf: Leaf): void {
  const [step = '', ...rest] = path;
  const list = step.endsWith('[]');
  const name = list ? step.slice(0, -2) : step;
  if (rest.length === 0) {
    at.children.push({ name, list, leaf, children: [] });
    return;
  }
  let next = at.children.find((child) => child.name === name);
  if (!next) {
    next = { name, list, children: [] };
    at.children.push(next);
  }
  insert(next, rest, leaf);
}

const TYPES: Record<LeafType, Physical> = {
  ...{ i32: 'INT32', i64: 'INT64', f64: 'DOUBLE', bool: 'BOOLEAN', str: 'BYTE_ARRAY', json: 'BYTE_ARRAY' },
};

/** Lists as the Parquet format has them: a group around a repeated group around the element (LogicalTypes.md, "Lists"). */
function field({ name, list, leaf, children }: Node): Field {
  const one = (named: string): Field => ({
    ...{ name: named, repetition: 'OPTIONAL' },
    ...(leaf ? { type: TYPES[leaf.type], dictionary: !isUnique(leaf) } : { children: children.map(field) }),
  });
  if (!list && !leaf?.list) return one(name);
  const repeated: Field = { name: 'list', repetition: 'REPEATED', children: [one('element')] };
  return { name, repetition: 'OPTIONAL', list: true, children: [repeated] };
}

const ofLeaf = (leaf: Batch): Built => ({ keys: leaf.keys, present: leaf.present, batches: [leaf] });

/** Strings of a leaf that are known beforehand. */
const known = new WeakMap<Leaf, Pick<Texts, 'bytes' | 'offsets'>>();
function knownTexts(leaf: Leaf, texts: readonly string[]): Pick<Texts, 'bytes' | 'offsets'> {
  const found = known.get(leaf) ?? endToEnd(texts);
  known.set(leaf, found);
  return found;
}

/** @param open where it is; undefined: everywhere */
function constantColumn(
  leaf: Leaf,
  constant: NonNullable<Leaf['constant']>,
  open: Filled | undefined,
  chosen: Chosen,
): Batch {
  const isEverywhere = open === undefined || open.present === true;
  const at = isEverywhere ? { keys: oneKey(chosen.length), present: true } : open;
  const room = chosen.room(at.keys);
  const values =
    TYPES[leaf.type] === 'BYTE_ARRAY'
      ? { ids: intsOf.take(room).fill(0), ...knownTexts(leaf, [String(constant)]) }
      : { numbers: doublesOf.take(room).fill(Number(constant)) };
  return { ...at, floor: 0, values };
}

function captionColumn(
  leaf: Leaf,
  captions: Readonly<Record<number, string>>,
  column: Batch,
  chosen: Chosen,
): Batch {
  const { keys } = column;
  if (column.present === false) return column;
  const numbers = Object.keys(captions).map(Number);
  const places = new Map(numbers.map((number, place) => [number, place]));
  const { numbers: ofKey } = column.values as Numbers;
  const ids = intsOf.take(chosen.room(keys));
  const present = bytesOf.take(chosen.room(keys));
  for (const key of keys.used ?? keys.of) {
    const place =
      column.present === true || column.present[key] === 1 ? places.get(ofKey[key] as number) : undefined;
    ids[key] = place ?? -1;
    present[key] = place === undefined ? 0 : 1;
  }
  const texts = knownTexts(
    leaf,
    numbers.map((number) => captions[number] as string),
  );
  return { keys, present: chosen.presence(keys, present), floor: 0, values: { ids, ...texts } };
}

/** The same list in every row. */
function constantList(leaf: Leaf, items: readonly string[], length: number): Batch {
  const values = { ids: Int32Array.from(items, (_, i) => i), ...knownTexts(leaf, items) };
  const batch = { present: true, floor: 0, values };
  if (items.length === 1) return { ...batch, keys: oneKey(length) };
  const of = intsOf.take(length * items.length);
  const repetition = bytesOf.take(of.length).fill(1);
  for (let at = 0; at < of.length; at += items.length) {
    of.set(values.ids, at);
    repetition[at] = 0;
  }
  return { ...batch, keys: { of, used: values.ids }, repetition };
}
