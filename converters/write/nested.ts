import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import type { Rows } from '../map/rows.ts';
import { SLOT, type SlotName, slotKind } from '../map/slots.ts';
import { derived, unmappedJson } from '../ocsf/event.ts';
import type { ClassLayout, Leaf, LeafType } from '../ocsf/layout.ts';
import { bitmap, numberColumn, stringColumn, textColumn, type Validity } from './gather.ts';

/** A struct or a leaf of the nested schema; `list` marks a list of at most one struct. */
interface Node {
  readonly name: string;
  readonly list: boolean;
  readonly leaf?: Leaf;
  readonly children: Node[];
}
interface Built {
  readonly data: Data;
  readonly validity: Validity;
}

/** The fixed Arrow schema of an OCSF class, and batches of it. */
export class NestedClass {
  readonly layout: ClassLayout;
  readonly schema: Schema;
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
    this.schema = new Schema(this.#root.children.map((node) => field(node)));
  }

  batch(rows: Rows, chosen: Int32Array): RecordBatch {
    const children = this.#root.children.map((node) => this.#build(node, rows, chosen).data);
    return new RecordBatch(
      this.schema,
      makeData({ type: new Struct(this.schema.fields), length: chosen.length, nullCount: 0, children }),
    );
  }

  #build(node: Node, rows: Rows, chosen: Int32Array): Built {
    if (!node.leaf) return node.list ? this.#list(node, rows, chosen) : this.#struct(node, rows, chosen);
    if (node.leaf.path === 'unmapped') {
      return stringColumn(Array.from(chosen, (row) => unmappedJson(this.layout, rows, row)));
    }
    return leafColumn(node.leaf, this.layout, rows, chosen);
  }

  /** A struct is there where any of its children is. */
  #struct(node: Node, rows: Rows, chosen: Int32Array): Built {
    const children = node.children.map((child) => this.#build(child, rows, chosen));
    const validity = union(children, chosen.length);
    const bits = bitmap(validity);
    const type = new Struct(node.children.map((child) => field(child)));
    const data = makeData({
      type,
      length: chosen.length,
      nullCount: validity.nulls,
      ...(bits ? { nullBitmap: bits } : {}),
      children: children.map((child) => child.data),
    });
    return { data, validity };
  }

  #list(node: Node, rows: Rows, chosen: Int32Array): Built {
    const element = { ...node, list: false };
    const { validity } = this.#struct(element, rows, chosen);
    const inside = chosen.filter((_, i) => validity.present[i] === 1);
    const offsets = new Int32Array(chosen.length + 1);
    for (let i = 0; i < chosen.length; i++)
      offsets[i + 1] = (offsets[i] as number) + (validity.present[i] as number);
    const child = this.#struct(element, rows, inside).data;
    return { data: listData(field(node).type as List, offsets, child, validity), validity };
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

const TYPES: Record<LeafType, () => DataType> = {
  i32: () => new Int32(),
  i64: () => new Int64(),
  f64: () => new Float64(),
  bool: () => new Bool(),
  str: () => new Utf8(),
  json: () => new Utf8(),
};

function field({ name, list, leaf, children }: Node): Field {
  const inner = leaf ? TYPES[leaf.type]() : new Struct(children.map((child) => field(child)));
  const type = list || leaf?.list ? new List(new Field('element', inner, true)) : inner;
  return new Field(name, type, true);
}

function union(children: readonly Built[], length: number): Validity {
  const present = new Uint8Array(length);
  for (const { validity } of children)
    for (let i = 0; i < length; i++) if (validity.present[i] === 1) present[i] = 1;
  let nulls = length;
  for (let i = 0; i < length; i++) nulls -= present[i] as number;
  return { present, nulls };
}

function listData(type: List, valueOffsets: Int32Array, child: Data, validity: Validity): Data {
  const bits = bitmap(validity);
  return makeData({
    type,
    length: validity.present.length,
    nullCount: validity.nulls,
    ...(bits ? { nullBitmap: bits } : {}),
    valueOffsets,
    child,
  });
}

/** As `leafValue` in `ocsf/event.ts`, a column at a time. */
function leafColumn(leaf: Leaf, layout: ClassLayout, rows: Rows, chosen: Int32Array): Built {
  if (leaf.list) return constantList(leaf.list, chosen.length);
  const open = guard(leaf.when, rows);
  if (leaf.constant !== undefined) return constantColumn(leaf, open, chosen);
  const slot = leaf.slot as SlotName;
  if (slotKind(slot) !== 'n') {
    const source = rows.texts[SLOT[slot]] as Int32Array;
    const ids = new Int32Array(chosen.length);
    for (let i = 0; i < chosen.length; i++) {
      const row = chosen[i] as number;
      ids[i] = open(row) ? (source[row] as number) : -1;
    }
    return textColumn(rows, ids);
  }
  const source = rows.numbers[SLOT[slot]] as Float64Array;
  if (leaf.captions) return captionColumn(leaf.captions, source, open, chosen);
  const values = new Float64Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    const row = chosen[i] as number;
    const value = open(row) ? (source[row] as number) : Number.NaN;
    values[i] = leaf.derive && !Number.isNaN(value) ? derived(leaf.derive, value, layout.class_uid) : value;
  }
  return numberColumn(values, leaf.type as 'i32' | 'i64' | 'f64');
}

function guard(when: SlotName | undefined, rows: Rows): (row: number) => boolean {
  if (!when) return () => true;
  if (slotKind(when) === 'n') {
    const numbers = rows.numbers[SLOT[when]] as Float64Array;
    return (row) => !Number.isNaN(numbers[row]);
  }
  const texts = rows.texts[SLOT[when]] as Int32Array;
  return (row) => (texts[row] as number) >= 0;
}

function constantColumn({ constant, type }: Leaf, open: (row: number) => boolean, chosen: Int32Array): Built {
  if (type === 'str' || type === 'json') {
    return repeated([String(constant)], (row) => (open(row) ? 0 : -1), chosen);
  }
  const value = Number(constant);
  const values = new Float64Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) values[i] = open(chosen[i] as number) ? value : Number.NaN;
  return numberColumn(values, type);
}

function captionColumn(
  captions: Readonly<Record<number, string>>,
  source: Float64Array,
  open: (row: number) => boolean,
  chosen: Int32Array,
): Built {
  const ids = Object.keys(captions).map(Number);
  const places = new Map(ids.map((id, place) => [id, place]));
  return repeated(
    ids.map((id) => captions[id] as string),
    (row) => (open(row) ? (places.get(source[row] as number) ?? -1) : -1),
    chosen,
  );
}

const encoder = new TextEncoder();
/** A column of few different strings. */
function repeated(texts: readonly string[], which: (row: number) => number, chosen: Int32Array): Built {
  const encoded = texts.map((text) => encoder.encode(text));
  const present = new Uint8Array(chosen.length);
  const offsets = new Int32Array(chosen.length + 1);
  const places = new Int32Array(chosen.length);
  let total = 0;
  let nulls = 0;
  for (let i = 0; i < chosen.length; i++) {
    const place = which(chosen[i] as number);
    places[i] = place;
    if (place < 0) nulls += 1;
    else {
      present[i] = 1;
      total += (encoded[place] as Uint8Array).length;
    }
    offsets[i + 1] = total;
  }
  const data = new Uint8Array(total);
  for (let i = 0; i < chosen.length; i++) {
    const text = encoded[places[i] as number];
    if (!text) continue;
    const from = offsets[i] as number;
    for (let k = 0; k < text.length; k++) data[from + k] = text[k] as number;
  }
  const validity = { present, nulls };
  const bits = bitmap(validity);
  return {
    data: makeData({
      type: new Utf8(),
      length: chosen.length,
      nullCount: nulls,
      ...(bits ? { nullBitmap: bits } : {}),
      valueOffsets: offsets,
      data,
    }),
    validity,
  };
}

function constantList(items: readonly string[], length: number): Built {
  const offsets = new Int32Array(length + 1);
  for (let i = 0; i <= length; i++) offsets[i] = i * items.length;
  const row = new Int32Array(length * items.length);
  for (let i = 0; i < row.length; i++) row[i] = i % items.length;
  const child = repeated(items, (place) => place, row).data;
  const validity = { present: new Uint8Array(length).fill(1), nulls: 0 };
  return {
    data: listData(new List(new Field('element', new Utf8(), true)), offsets, child, validity),
    validity,
  };
}
