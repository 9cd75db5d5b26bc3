import { writeHex } from '../hex.ts';
import type { Rows } from '../map/rows.ts';
import { ID_BYTES, SLOT, type SlotKind, slotKind } from '../map/slots.ts';
import type { ClassLayout, UnmappedLeaf } from './layout.ts';

/** JSON texts end to end, and where each begins. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const SPACE = 0x20;
const ZERO = 0x30;
const POINT = 0x2e;
const BILLION = 1e9;
/** Below it three decimals are within the 15 digits that a double holds exactly. */
const EXACT = 1e12;
const encoder = new TextEncoder();

/**
 * `unmapped` of the chosen rows as JSON, always in the order of the layout; a text is empty where nothing is in it. To be used before
 * the next are asked for.
 */
export function unmappedTexts(layout: ClassLayout, rows: Rows, chosen: Int32Array): Texts {
  out.length = 0;
  const root = filled(tree(layout), rows);
  const offsets = new Int32Array(chosen.length + 1);
  for (let i = 0; i < chosen.length; i++) {
    if (root) writeNode(root, rows, chosen[i] as number);
    offsets[i + 1] = out.length;
  }
  return { bytes: out.bytes, offsets };
}

/** A place in the object: a leaf, or an object of its own. */
interface Node {
  /** Name with its quotes and colon. */
  readonly key: Uint8Array;
  readonly leaf?: Place;
  readonly children: Node[];
}
interface Place {
  readonly slot: number;
  readonly kind: SlotKind;
  readonly when: number | undefined;
}
const trees = new WeakMap<ClassLayout, Node>();

function tree(layout: ClassLayout): Node {
  let root = trees.get(layout);
  if (root) return root;
  root = { key: new Uint8Array(0), children: [] };
  for (const leaf of layout.unmapped) insert(root, leaf.path, leaf);
  trees.set(layout, root);
  return root;
}

function insert(at: Node, [step, ...rest]: readonly string[], leaf: UnmappedLeaf): void {
  const key = encoder.encode(`${JSON.stringify(step)}:`);
  if (rest.length === 0) {
    const { slot, when } = leaf;
    const place = { slot: SLOT[slot], kind: slotKind(slot), when: when && SLOT[when] };
    at.children.push({ key, leaf: place, children: [] });
    return;
  }
  let next = at.children.find((child) => Buffer.compare(child.key, key) === 0);
  if (!next) {
    next = { key, children: [] };
    at.children.push(next);
  }
  insert(next, rest, leaf);
}

/** Without the places that none of the rows fills. */
function filled(node: Node, rows: Rows): Node | undefined {
  const { leaf } = node;
  if (leaf) {
    const due = leaf.when === undefined || rows.isFilled(leaf.when);
    return due && rows.isFilled(leaf.slot) ? node : undefined;
  }
  const children = node.children.map((child) => filled(child, rows)).filter((child) => child !== undefined);
  return children.length === 0 ? undefined : { key: node.key, children };
}

/** False: there is nothing, and nothing was written. */
function writeNode({ leaf, children }: Node, rows: Rows, row: number): boolean {
  if (leaf) return writeLeaf(leaf, rows, row);
  const before = out.length;
  let next = OPEN;
  for (const child of children) {
    const mark = out.length;
    out.byte(next);
    out.copy(child.key, 0, child.key.length);
    if (writeNode(child, rows, row)) next = COMMA;
    else out.length = mark;
  }
  if (next === OPEN) out.length = before;
  else out.byte(CLOSE);
  return next !== OPEN;
}

function writeLeaf({ slot, kind, when }: Place, rows: Rows, row: number): boolean {
  if (!rows.has(slot, row) || (when !== undefined && !rows.has(when, row))) return false;
  if (kind === 'n') {
    out.number((rows.numbers[slot] as Float64Array)[rows.at(slot, row)] as number);
    return true;
  }
  if (kind === 'h') {
    out.hex(rows.ids[slot] as Uint8Array, row, ID_BYTES[slot] as number);
    return true;
  }
  const { pool } = rows;
  const id = (rows.texts[slot] as Int32Array)[rows.at(slot, row)] as number;
  const { bytes, start, end } = pool.at(id);
  if (kind === 'j') out.copy(bytes, start, end);
  else if (!out.quoted(bytes, start, end)) out.text(JSON.stringify(pool.text(id)));
  return true;
}

/** Bytes that grow. */
class Output {
  length = 0;
  #bytes = new Uint8Array(1 << 16);

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  copy(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.length;
    for (let i = start; i < end; i++) bytes[at++] = from[i] as number;
    this.length = at;
  }

  /** As a JSON string; false, and nothing is written, where JSON does not have it as it is. */
  quoted(from: Uint8Array, start: number, end: number): boolean {
    this.#reserve(end - start + 2);
    const bytes = this.#bytes;
    let at = this.length;
    bytes[at++] = QUOTE;
    for (let i = start; i < end; i++) {
      const byte = from[i] as number;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return false;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.length = at;
    return true;
  }

  /** The id of a row as a JSON string of hex digits. */
  hex(ids: Uint8Array, row: number, width: number): void {
    this.byte(QUOTE);
    this.#reserve(2 * width + 1);
    this.length = writeHex(ids, row * width, (row + 1) * width, this.#bytes, this.length);
    this.byte(QUOTE);
  }

  /** As JavaScript prints it. */
  number(value: number): void {
    if (value >= 0 && Number.isSafeInteger(value)) {
      this.#whole(value);
      return;
    }
    // What a few decimals say exactly has no shorter form.
    const thousandths = Math.round(value * 1000);
    if (!(value >= 0 && value < EXACT && thousandths / 1000 === value)) {
      this.text(String(value));
      return;
    }
    const whole = Math.floor(thousandths / 1000);
    this.#whole(whole);
    this.byte(POINT);
    let rest = thousandths - whole * 1000;
    for (let unit = 100; rest > 0; unit /= 10) {
      const digit = Math.floor(rest / unit);
      this.byte(ZERO + digit);
      rest -= digit * unit;
    }
  }

  #whole(value: number): void {
    if (value >= BILLION) {
      const billions = Math.floor(value / BILLION);
      this.#whole(billions);
      this.#digits(value - billions * BILLION, 9);
      return;
    }
    let count = 1;
    for (let bound = 10; bound <= value; bound *= 10) count += 1;
    this.#digits(value, count);
  }

  /** @param value below 2^31 */
  #digits(value: number, count: number): void {
    this.#reserve(count);
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tens = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.length += count;
  }

  text(value: string): void {
    this.#reserve(3 * value.length);
    this.length += encoder.encodeInto(value, this.#bytes.subarray(this.length)).written;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.length + count));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }
}

/** What is written, of whichever rows. */
const out = new Output();
