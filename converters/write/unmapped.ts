import type { Rows } from '../map/rows.ts';
import { ID_BYTES, isShared, SLOT, type SlotName, slotKind } from '../map/slots.ts';
import type { ClassLayout, UnmappedLeaf } from '../ocsf/layout.ts';
import type { Chosen } from './chosen.ts';
import { both } from './combine.ts';
import { type Batch, eachOnce } from './encode/batch.ts';
import { JsonBytes } from './json-bytes.ts';
import { bytesOf, intsOf } from './taken.ts';

/** A place in the object: a leaf, or an object of its own. */
interface Node {
  /** Name with its quotes and colon. */
  readonly key: Uint8Array;
  readonly leaf?: Place;
  readonly children: Node[];
}
interface Place {
  readonly slot: SlotName;
  readonly when: SlotName | undefined;
  /** In masks of rows: that it is filled. 0: its template says so. */
  readonly bit: number;
}

/** What rows have in common that have a template and fill the same places of their own: the text between these. */
interface Form {
  readonly bytes: Uint8Array;
  /** Places of a row's own, and where in `bytes` they are. */
  readonly own: readonly Place[];
  readonly at: readonly number[];
}
/** With more, all are forgotten. */
const MOST_FORMS = 1 << 12;

const [COMMA, OPEN, CLOSE] = [0x2c, 0x7b, 0x7d];
/** Bytes before a text: its length. */
const LENGTH = 4;
const encoder = new TextEncoder();
/** What is written, of whichever rows. */
const out = new JsonBytes();

/** `unmapped` of a class: JSON, always in the order of the layout, and null where nothing is in it. */
export class Unmapped {
  readonly #root: Node = { key: new Uint8Array(0), children: [] };
  /** By bit. */
  readonly #own: Place[] = [];
  readonly #forms = new Map<number, Form>();
  /** Whose templates the forms are of. */
  #rows: Rows | undefined;
  #generation = 0;

  constructor(layout: ClassLayout) {
    for (const leaf of layout.unmapped) this.#insert(this.#root, leaf.path, leaf);
  }

  #insert(at: Node, [step, ...rest]: readonly string[], leaf: UnmappedLeaf): void {
    const key = encoder.encode(`${JSON.stringify(step)}:`);
    if (rest.length === 0) {
      at.children.push({ key, leaf: this.#place(leaf), children: [] });
      return;
    }
    let next = at.children.find((child) => Buffer.compare(child.key, key) === 0);
    if (!next) {
      next = { key, children: [] };
      at.children.push(next);
    }
    this.#insert(next, rest, leaf);
  }

  #place({ slot, when }: UnmappedLeaf): Place {
    const ofTemplate = [slot, when ?? slot].every((name) => isShared[SLOT[name]] === 1);
    if (ofTemplate) return { slot, when, bit: 0 };
    const place = { slot, when, bit: 1 << this.#own.length };
    this.#own.push(place);
    return place;
  }

  /** To be written before others are chosen. */
  column(chosen: Chosen): Batch {
    const { rows, byRow } = chosen;
    const masks = this.#masks(chosen);
    if (this.#rows !== rows || this.#generation !== rows.generation) this.#forms.clear();
    [this.#rows, this.#generation] = [rows, rows.generation];
    const keys = eachOnce(chosen.length);
    const offsets = intsOf.take(chosen.length + 1);
    const present = bytesOf.take(chosen.length);
    out.length = offsets[0] = 0;
    for (let i = 0; i < chosen.length; i++) {
      const row = byRow.of[i] as number;
      const form = this.#form(rows, rows.template[row] as number, masks[row] as number);
      if (form.bytes.length > 0) writeRow(form, rows, row);
      present[i] = form.bytes.length > 0 ? 1 : 0;
      offsets[i + 1] = out.length;
    }
    const values = { written: out.bytes, offsets };
    return { keys, present: chosen.presence(keys, present), floor: 0, values };
  }

  /** By row, which places of its own are filled. */
  #masks(chosen: Chosen): Int32Array {
    const { of } = chosen.byRow;
    const masks = intsOf.take(chosen.rows.length).fill(0);
    for (const { slot, when, bit } of this.#own) {
      const filled = chosen.filled(slot);
      const { present } = chosen.spreadFilled(when ? both(chosen, filled, chosen.filled(when)) : filled);
      if (present === false) continue;
      for (let i = 0; i < of.length; i++) {
        const row = of[i] as number;
        if (present === true || present[row] === 1) masks[row] = (masks[row] as number) | bit;
      }
    }
    return masks;
  }

  #form(rows: Rows, template: number, mask: number): Form {
    const key = template * 2 ** this.#own.length + mask;
    let form = this.#forms.get(key);
    if (!form) {
      if (this.#forms.size === MOST_FORMS) this.#forms.clear();
      form = formOf(this.#root, rows, template, mask);
      this.#forms.set(key, form);
    }
    return form;
  }
}

/** Walks the object once, leaving out the values of a row's own. */
function formOf(root: Node, rows: Rows, template: number, mask: number): Form {
  const start = out.length;
  const own: Place[] = [];
  const at: number[] = [];
  const isThere = (name: SlotName): boolean => isFilled(rows, SLOT[name], template);
  /** False: there is nothing, and nothing was written. */
  const write = ({ leaf, children }: Node): boolean => {
    if (leaf && leaf.bit === 0) {
      if (!isThere(leaf.slot) || !isThere(leaf.when ?? leaf.slot)) return false;
      writeValue(leaf.slot, rows, template);
    } else if (leaf) {
      if ((mask & leaf.bit) === 0) return false;
      own.push(leaf);
      at.push(out.length - start);
    } else return writeObject(children);
    return true;
  };
  const writeObject = (children: readonly Node[]): boolean => {
    const before = out.length;
    let next = OPEN;
    for (const child of children) {
      const mark = out.length;
      out.byte(next);
      out.append(child.key);
      if (write(child)) next = COMMA;
      else out.length = mark;
    }
    if (next === OPEN) out.length = before;
    else out.byte(CLOSE);
    return next !== OPEN;
  };
  writeObject(root.children);
  const bytes = out.all.slice(start, out.length);
  out.length = start;
  return { bytes, own, at };
}

/** Whether a template has a value. */
function isFilled({ texts, numbers }: Rows, slot: number, template: number): boolean {
  const ids = texts[slot];
  return ids ? (ids[template] as number) >= 0 : !Number.isNaN(numbers[slot]?.[template]);
}

function writeRow({ bytes, own, at }: Form, rows: Rows, row: number): void {
  const start = out.length;
  out.reserve(LENGTH + bytes.length);
  out.length += LENGTH;
  let from = 0;
  for (let i = 0; i < own.length; i++) {
    const { slot } = own[i] as Place;
    out.append(bytes, from, at[i]);
    from = at[i] as number;
    writeValue(slot, rows, rows.at(SLOT[slot], row));
  }
  out.append(bytes, from);
  out.words.setInt32(start, out.length - start - LENGTH, true);
}

/** @param at of the slot's column */
function writeValue(name: SlotName, { numbers, texts, ids, pool }: Rows, at: number): void {
  const slot = SLOT[name];
  const kind = slotKind(name);
  if (kind === 'n') out.number((numbers[slot] as Float64Array)[at] as number);
  else if (kind === 'h') out.hex(ids[slot] as Uint8Array, at, ID_BYTES[slot] as number);
  else {
    const id = (texts[slot] as Int32Array)[at] as number;
    const { bytes, start, end } = pool.at(id);
    if (kind === 'j') out.append(bytes, start, end);
    else if (!out.quoted(bytes, start, end)) out.string(JSON.stringify(pool.text(id)));
  }
}
