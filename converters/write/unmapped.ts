import type { Rows } from '../map/rows.ts';
import { ID_BYTES, isShared, SLOT, type SlotKind, type SlotName, slotKind } from '../map/slots.ts';
import type { ClassLayout, UnmappedLeaf } from '../ocsf/layout.ts';
import { wordsOf } from '../read/strings.ts';
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
  readonly name: SlotName;
  readonly slot: number;
  /** Absent where this slot is. */
  readonly when: SlotName | undefined;
  readonly kind: SlotKind;
  /** In masks of rows: that it is filled. 0: its template says so. */
  readonly bit: number;
}

/** What rows have in common that have a template and fill the same places of their own: the text between these. */
interface Form {
  /** The places that are filled. */
  readonly mask: number;
  readonly bytes: Uint8Array;
  readonly words: DataView;
  /** Places of a row's own, and where in `bytes` they are. */
  readonly own: readonly Place[];
  readonly at: readonly number[];
}
/** Bits of a mask. */
const MOST_OWN = 31;
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
  /** By template. */
  #forms: Form[][] = [];
  #count = 0;
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
    const place = { name: slot, when, slot: SLOT[slot], kind: slotKind(slot) };
    if (ofTemplate) return { ...place, bit: 0 };
    if (this.#own.length === MOST_OWN) throw new RangeError(`unmapped has more than ${MOST_OWN} own places`);
    const own = { ...place, bit: 1 << this.#own.length };
    this.#own.push(own);
    return own;
  }

  /** To be written before others are chosen. */
  column(chosen: Chosen): Batch {
    const { rows, byRow, byTemplate } = chosen;
    const source = { rows, words: wordsOf(rows.pool.bytes) };
    const masks = this.#masks(chosen);
    if (this.#rows !== rows || this.#generation !== rows.generation || this.#count > MOST_FORMS)
      this.#forget();
    [this.#rows, this.#generation] = [rows, rows.generation];
    const keys = eachOnce(chosen.length);
    const offsets = intsOf.take(chosen.length + 1);
    const present = bytesOf.take(chosen.length);
    out.length = offsets[0] = 0;
    for (let i = 0; i < chosen.length; i++) {
      const row = byRow.of[i] as number;
      const at = { template: rows.template[row] as number, mask: masks[row] as number };
      // Where almost each row has a template of its own a form is of no use.
      if (byTemplate.used) writeRow(this.#form(source, at), source, row);
      else writeWhole(this.#root, { ...at, source, row });
      present[i] = out.length > (offsets[i] as number) ? 1 : 0;
      offsets[i + 1] = out.length;
    }
    const values = { written: out.bytes, offsets };
    return { keys, present: chosen.presence(keys, present), floor: 0, values };
  }

  /** By row, which places of its own are filled. */
  #masks(chosen: Chosen): Int32Array {
    const { of } = chosen.byRow;
    const masks = intsOf.take(chosen.rows.length).fill(0);
    for (const { name, when, bit } of this.#own) {
      const filled = chosen.filled(name);
      const { present } = chosen.spreadFilled(when ? both(chosen, filled, chosen.filled(when)) : filled);
      if (present === false) continue;
      for (let i = 0; i < of.length; i++) {
        const row = of[i] as number;
        if (present === true || present[row] === 1) masks[row] = (masks[row] as number) | bit;
      }
    }
    return masks;
  }

  #form(source: Source, { template, mask }: { template: number; mask: number }): Form {
    const forms = this.#forms[template] ?? [];
    for (let i = 0; i < forms.length; i++) if (forms[i]?.mask === mask) return forms[i] as Form;
    const form = formOf(this.#root, { source, template, mask });
    forms.push(form);
    this.#forms[template] = forms;
    this.#count += 1;
    return form;
  }

  #forget(): void {
    this.#forms = [];
    this.#count = 0;
  }
}

/** Where values come from. */
interface Source {
  readonly rows: Rows;
  /** Of its strings. */
  readonly words: DataView;
}

/** A way through the object. */
interface Walk {
  readonly source: Source;
  readonly template: number;
  readonly mask: number;
  /** Undefined: its own values are left out, and noted below. */
  readonly row?: number;
  readonly own?: Place[];
  readonly at?: number[];
}

function formOf(root: Node, { source, template, mask }: Walk): Form {
  const own: Place[] = [];
  const at: number[] = [];
  const start = out.length;
  writeObject(root, { source, template, mask, own, at });
  const bytes = out.all.slice(start, out.length);
  out.length = start;
  return { mask, bytes, words: wordsOf(bytes), own, at: at.map((place) => place - start) };
}

/** False: there is nothing, and nothing was written. */
function writeObject({ children }: Node, walk: Walk): boolean {
  const before = out.length;
  let next = OPEN;
  for (const child of children) {
    const mark = out.length;
    out.byte(next);
    out.append(child.key);
    if (child.leaf ? writeLeaf(child.leaf, walk) : writeObject(child, walk)) next = COMMA;
    else out.length = mark;
  }
  if (next === OPEN) out.length = before;
  else out.byte(CLOSE);
  return next !== OPEN;
}

function writeLeaf(place: Place, { source, template, mask, row, own, at }: Walk): boolean {
  const { rows } = source;
  const { bit, slot, when } = place;
  const isThere = bit > 0 ? (mask & bit) > 0 : isFilled(rows, slot, template);
  if (!isThere || (bit === 0 && when && !isFilled(rows, SLOT[when], template))) return false;
  if (bit === 0) writeValue(place, source, template);
  else if (row !== undefined) writeValue(place, source, rows.at(slot, row));
  else {
    own?.push(place);
    at?.push(out.length);
  }
  return true;
}

/** Whether a template has a value. */
function isFilled({ texts, numbers }: Rows, slot: number, template: number): boolean {
  const ids = texts[slot];
  return ids ? (ids[template] as number) >= 0 : !Number.isNaN(numbers[slot]?.[template]);
}

/** Nothing where nothing is in it. */
function writeWhole(root: Node, walk: Walk): void {
  const start = out.length;
  out.int(0);
  if (writeObject(root, walk)) out.words.setInt32(start, out.length - start - LENGTH, true);
  else out.length = start;
}

/** The same of a form. */
function writeRow({ bytes, words, own, at }: Form, source: Source, row: number): void {
  if (bytes.length === 0) return;
  const start = out.length;
  out.int(0);
  let from = 0;
  for (let i = 0; i < own.length; i++) {
    const place = own[i] as Place;
    out.copy(bytes, words, from, at[i] as number);
    from = at[i] as number;
    writeValue(place, source, source.rows.at(place.slot, row));
  }
  out.copy(bytes, words, from, bytes.length);
  out.words.setInt32(start, out.length - start - LENGTH, true);
}

/** @param at of the slot's column */
function writeValue({ slot, kind }: Place, { rows, words }: Source, at: number): void {
  const { numbers, texts, ids, pool } = rows;
  if (kind === 'n') out.number((numbers[slot] as Float64Array)[at] as number);
  else if (kind === 'h') out.hex(ids[slot] as Uint8Array, at, ID_BYTES[slot] as number);
  else {
    const id = (texts[slot] as Int32Array)[at] as number;
    const { bytes, start, end } = pool.at(id);
    if (kind === 'j') out.copy(bytes, words, start, end);
    else if (!out.quoted(bytes, start, end)) out.string(JSON.stringify(pool.text(id)));
  }
}
