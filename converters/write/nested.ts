import type { Rows } from '../map/rows.ts';
import { SLOT, type SlotName, slotKind, UNIQUE_SLOTS } from '../map/slots.ts';
import { derived } from '../ocsf/event.ts';
import type { ClassLayout, Leaf, LeafType } from '../ocsf/layout.ts';
import { unmappedTexts } from '../ocsf/unmapped.ts';
import type { Batch, Physical } from './encode/column.ts';
import type { Field } from './encode/file.ts';
import {
  absent,
  absentNumbers,
  allPresent,
  beginBatch,
  bytesOf,
  chosenTexts,
  endToEnd,
  flatLevels,
  type Gathered,
  hexTexts,
  idsOf,
  numbers,
  numbersOf,
  texts,
  unlessEmpty,
  type Validity,
} from './gather.ts';

/** A struct or a leaf of the nested schema; `list` marks a list of at most one struct. */
interface Node {
  readonly name: string;
  readonly list: boolean;
  readonly leaf?: Leaf;
  readonly children: Node[];
}
/** Batches of all leaves below a node, with levels as if the node was the root, and in which rows there is any. */
interface Built extends Validity {
  readonly batches: readonly Batch[];
}

const isUnique = ({ path, slot }: Leaf): boolean =>
  path === 'unmapped' || (slot !== undefined && UNIQUE_SLOTS.has(SLOT[slot]));

/** The fixed schema of an OCSF class, and batches of it. */
export class NestedClass {
  readonly layout: ClassLayout;
  readonly fields: readonly Field[];
  readonly #root: Node;

  constructor(layout: ClassLayout) {
    this.layout = layout;
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

  /** The chosen rows, leaf by leaf: to be written before the next are asked for, of whichever class. */
  batches(rows: Rows, chosen: Int32Array): Batch[] {
    beginBatch();
    return this.#root.children.flatMap((node) => this.#build(node, rows, chosen).batches);
  }

  #build(node: Node, rows: Rows, chosen: Int32Array): Built {
    if (node.leaf?.list) return constantList(node.leaf.list, chosen.length);
    if (node.leaf?.path === 'unmapped') return ofLeaf(unlessEmpty(unmappedTexts(this.layout, rows, chosen)));
    if (node.leaf) return ofLeaf(leafColumn(node.leaf, this.layout, rows, chosen));
    // A struct is there where any of its children is, and a list where its one element is: that is two levels more.
    const built = node.children.map((child) => this.#build(child, rows, chosen));
    const validity = union(built, chosen.length);
    const steps = node.list ? 3 : 1;
    const batches = built.flatMap((child) => child.batches.map((batch) => deeper(batch, validity, steps)));
    return { ...validity, batches };
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

const ofLeaf = (leaf: Gathered): Built => ({
  ...{ present: leaf.present, nulls: leaf.nulls },
  batches: [flatLevels(leaf)],
});

function union(children: readonly Validity[], length: number): Validity {
  const whole = children.find(({ nulls }) => nulls === 0);
  if (whole) return whole;
  const present = bytesOf.take(length).fill(0);
  for (const child of children)
    if (child.nulls < length) for (let i = 0; i < length; i++) if (child.present[i] === 1) present[i] = 1;
  let nulls = length;
  for (let i = 0; i < length; i++) nulls -= present[i] as number;
  return { present, nulls };
}

/** Levels of a leaf within a group: so many more where the group is there, 0 where it is not. */
function deeper(batch: Batch, { present, nulls }: Validity, steps: number): Batch {
  const { definition, count } = batch;
  if (nulls === count) return { ...batch, definition: 0 };
  if (nulls === 0 && typeof definition === 'number') return { ...batch, definition: definition + steps };
  const levels = bytesOf.take(count);
  if (typeof definition === 'number')
    for (let i = 0; i < count; i++) levels[i] = present[i] === 1 ? steps + definition : 0;
  else for (let i = 0; i < count; i++) levels[i] = present[i] === 1 ? steps + (definition[i] as number) : 0;
  return { ...batch, definition: levels };
}

/** As `leafValue` in `ocsf/event.ts`, a column at a time. */
function leafColumn(leaf: Leaf, layout: ClassLayout, rows: Rows, chosen: Int32Array): Gathered {
  const { when } = leaf;
  const open = when && openRows(SLOT[when], rows, chosen);
  if (leaf.constant !== undefined) return constantColumn(leaf, open, chosen.length);
  const slot = leaf.slot as SlotName;
  const due = when === undefined || rows.isFilled(SLOT[when]);
  if (!due || !rows.isFilled(SLOT[slot])) return nothing(leaf, chosen.length);
  if (slotKind(slot) === 'h') return hexTexts(rows, SLOT[slot], chosen, open?.present);
  if (slotKind(slot) !== 'n') {
    const ids = idsOf(rows, SLOT[slot], chosen);
    if (open) for (let i = 0; i < chosen.length; i++) if (open.present[i] === 0) ids[i] = -1;
    return texts(rows, ids);
  }
  const values = numbersOf(rows, SLOT[slot], chosen);
  if (open) for (let i = 0; i < chosen.length; i++) if (open.present[i] === 0) values[i] = Number.NaN;
  if (leaf.captions) return captionColumn(leaf.captions, values);
  for (let i = 0; leaf.derive && i < chosen.length; i++) {
    const value = values[i] as number;
    if (!Number.isNaN(value)) values[i] = derived(leaf.derive, value, layout.class_uid);
  }
  return numbers(values);
}

/** Null throughout, as strings or as numbers. */
const nothing = ({ type }: Leaf, length: number): Gathered =>
  TYPES[type] === 'BYTE_ARRAY' ? absent(length) : absentNumbers(length);

/** Which of the chosen rows fill a slot. */
function openRows(slot: number, rows: Rows, chosen: Int32Array): Validity {
  const present = bytesOf.take(chosen.length);
  let nulls = 0;
  for (let i = 0; i < chosen.length; i++) {
    const there = rows.isFilled(slot) && rows.has(slot, chosen[i] as number);
    present[i] = there ? 1 : 0;
    if (!there) nulls += 1;
  }
  return { present, nulls };
}

/** `open` undefined: it is in every row. */
function constantColumn({ constant, type }: Leaf, open: Validity | undefined, length: number): Gathered {
  const { present, nulls } = open ?? { present: allPresent(length), nulls: 0 };
  const count = length - nulls;
  const values =
    TYPES[type] === 'BYTE_ARRAY'
      ? { count, ids: 0, ...endToEnd([String(constant)]) }
      : { count, numbers: Number(constant) };
  return { present, nulls, values };
}

function captionColumn(captions: Readonly<Record<number, string>>, values: Float64Array): Gathered {
  const ids = Object.keys(captions).map(Number);
  const places = new Map(ids.map((id, place) => [id, place]));
  return chosenTexts(
    Int32Array.from(values, (value) => places.get(value) ?? -1),
    endToEnd(ids.map((id) => captions[id] as string)),
  );
}

/** The same list in every row. */
function constantList(items: readonly string[], length: number): Built {
  const count = length * items.length;
  const repetition =
    items.length === 1 ? undefined : Uint8Array.from({ length: count }, (_, i) => (i % items.length ? 1 : 0));
  const ids = items.length === 1 ? 0 : Int32Array.from({ length: count }, (_, i) => i % items.length);
  const batch: Batch = { count, definition: 3, repetition, values: { count, ids, ...endToEnd(items) } };
  return { present: allPresent(length), nulls: 0, batches: [batch] };
}
