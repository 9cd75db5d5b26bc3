import { ConverterError } from '../errors.ts';
import { ID_BYTES, isShared, SLOT, SLOT_NAMES, type SlotName, TEXT_SLOTS } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';
import { count, list, object, parseShape } from '../run/shape.ts';
import { loadZstd } from '../zstd.ts';
import {
  allPlacesOf,
  bytesOf,
  type Column,
  columnShape,
  GREATEST_CODE,
  NO_CODES,
  numbersOf,
  type Packed,
  packed,
  packedPlaces,
  placesOf,
} from './column.ts';
import { idColumn, idsOf } from './ids.ts';
import type { RowsView } from './rows-view.ts';
import { joined, Sections } from './sections.ts';
import { UsedStrings } from './used-strings.ts';

const TEXT: ReadonlySet<number> = new Set(TEXT_SLOTS);
const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** What a part begins with: "rows". */
const MAGIC = 0x73776f72;

/** What a part says of itself. */
interface Head {
  readonly rows: number;
  readonly templates: number;
  readonly strings: number;
  /** Bytes of each string. */
  readonly lengths: Column;
  /** A column a shared slot that is filled. */
  readonly shared: readonly Column[];
  readonly template: Column;
  /** A column a slot of their own that is filled. */
  readonly own: readonly Column[];
}

const headShape = object({
  ...{ rows: count, templates: count, strings: count, lengths: columnShape },
  ...{ shared: list(columnShape), template: columnShape, own: list(columnShape) },
});

/**
 * A part: the sorted rows of one raw object, in sections.
 *
 *     MAGIC, bytes of the head, bytes of zstd                              four bytes each
 *     zstd: head as JSON │ lengths of strings │ shared columns │ strings   UTF-8, end to end
 *     templates of rows │ own columns                                      as they are: most of it is ids, which do not compress
 *
 * Text is a place among the strings. The same rows give the same bytes.
 */
export async function encodePart({
  view,
  order,
}: {
  view: RowsView;
  order: Uint32Array;
}): Promise<Uint8Array> {
  const used = usedTemplates(view, order);
  const strings = new UsedStrings(view);
  const shared = columnsOf({ view, order: used.order, strings, shared: 1 });
  const own = columnsOf({ view, order, strings, shared: 0 });
  const template = packedPlaces('template', used.template);
  const all = strings.all();
  const lengths = packedPlaces('length', all.lengths);
  const head: Head = {
    ...{ rows: order.length, templates: used.order.length, strings: strings.count, lengths: said(lengths) },
    ...{ shared: shared.map(said), template: said(template), own: own.map(said) },
  };
  const json = Buffer.from(JSON.stringify(head), 'utf8');
  const { compressFast } = await loadZstd();
  const frame = compressFast(joined([json, lengths.data, ...shared.map(dataOf), all.bytes]));
  const sizes = bytesOf(Uint32Array.of(MAGIC, json.length, frame.length));
  return joined([sizes, frame, template.data, ...own.map(dataOf)]);
}

const said = ({ data, ...column }: Packed): Column => column;
const dataOf = ({ data }: Packed): Uint8Array => data;

/** The templates of rows in order of first use, and which of them each row has. */
function usedTemplates(
  { template, templates }: RowsView,
  order: Uint32Array,
): { order: Uint32Array; template: Int32Array } {
  const numbers = new Int32Array(templates).fill(-1);
  const used: number[] = [];
  const own = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const old = template[order[i] as number] as number;
    if ((numbers[old] as number) < 0) numbers[old] = used.push(old) - 1;
    own[i] = numbers[old] as number;
  }
  return { order: Uint32Array.from(used), template: own };
}

/** Columns that say something. @param shared 1: of the shared slots, by template; 0: of all others, by row */
function columnsOf({
  view,
  order,
  strings,
  shared,
}: {
  view: RowsView;
  order: Uint32Array;
  strings: UsedStrings;
  shared: 0 | 1;
}): Packed[] {
  const times = view.numbers[SLOT.time];
  return SLOT_NAMES.flatMap((name): Packed[] => {
    const slot = SLOT[name];
    if (isShared[slot] !== shared) return [];
    const [numbers, texts, ids] = [view.numbers[slot], view.texts[slot], view.ids[slot]];
    if (ids) return filled(idColumn(name, ids, order));
    if (texts) return filled(packedPlaces(name, strings.use(texts, order)));
    if (!numbers) return [];
    if (times && slot !== SLOT.time && shared === 0 && isSame(numbers, times, order.length))
      return [{ name, bytes: 0, ...NO_CODES, data: new Uint8Array(0) }];
    return filled(packed(name, inOrder(numbers, order)));
  });
}

/** Of an absent value all bytes are zeros. */
const filled = (column: Packed): Packed[] => (column.data.some((byte) => byte !== 0) ? [column] : []);

function isSame(a: Float64Array, b: Float64Array, length: number): boolean {
  let i = 0;
  while (i < length && a[i] === b[i]) i += 1;
  return i === length;
}

function inOrder(source: Float64Array, order: Uint32Array): Float64Array {
  const values = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) values[i] = source[order[i] as number] as number;
  return values;
}

/** The rows of a part. @throws `PART_INVALID` */
export async function decodePart({ key, bytes }: { key: string; bytes: Uint8Array }): Promise<RowsView> {
  const { decompress } = await loadZstd();
  try {
    return decoded(bytes, decompress);
  } catch (error) {
    throw new ConverterError('PART_INVALID', `part ${key} cannot be read`, { cause: error });
  }
}

function decoded(bytes: Uint8Array, decompress: (frame: Uint8Array) => Uint8Array): RowsView {
  const outer = new Sections(bytes);
  const { buffer, byteOffset } = outer.next(12);
  const [magic, jsonBytes, frameBytes] = new Uint32Array(buffer, byteOffset, 3);
  if (magic !== MAGIC) throw new Error('it does not begin as a part does');
  const inner = new Sections(decompress(outer.next(frameBytes as number)));
  const { value: head, problems } = parseShape<Head>({
    ...{ bytes: inner.next(jsonBytes as number), check: headShape, root: 'head' },
  });
  if (!head) throw new Error(problems.join('; '));
  const { rows, templates, strings } = head;
  if (templates > rows) throw new RangeError(`${templates} templates of ${rows} rows`);
  const offsets = offsetsOf(read(inner, head.lengths, strings));
  const found: Found = { numbers: [], texts: [], ids: [] };
  for (const column of head.shared)
    take({ found, sections: inner, column, length: templates, strings, shared: 1 });
  const text = inner.next(offsets[strings] as number);
  UTF8.decode(text);
  inner.end();
  const template = allPlacesOf(read(outer, head.template, rows), templates);
  for (const column of head.own) take({ found, sections: outer, column, length: rows, strings, shared: 0 });
  outer.end();
  if (rows > 0 && !(found.numbers[SLOT.time] && found.ids[SLOT.event_uid]))
    throw new Error('time and event_uid expected');
  return { length: rows, template, templates, ...found, bytes: text, words: wordsOf(text), offsets };
}

const read = (sections: Sections, column: Column, length: number): Packed => ({
  ...column,
  data: sections.next(length * column.bytes),
});

/** Where each string begins, and the last one ends. */
function offsetsOf(lengths: Packed): Int32Array {
  const values = allPlacesOf(lengths, GREATEST_CODE);
  const offsets = new Int32Array(values.length + 1);
  let end = 0;
  for (let i = 0; i < values.length; i++) {
    end += values[i] as number;
    offsets[i + 1] = end;
  }
  if (end > GREATEST_CODE) throw new RangeError(`${end} bytes of strings`);
  return offsets;
}

/** By slot. */
interface Found {
  readonly numbers: Float64Array[];
  readonly texts: Int32Array[];
  readonly ids: Uint8Array[];
}

/** Reads a column. */
function take({
  found: { numbers, texts, ids },
  sections,
  column,
  length,
  strings,
  shared,
}: {
  found: Found;
  sections: Sections;
  column: Column;
  length: number;
  strings: number;
  shared: 0 | 1;
}): void {
  const slot = SLOT[column.name as SlotName];
  if (isShared[slot] !== shared) throw new Error(`column ${column.name} does not belong here`);
  if (ID_BYTES[slot] !== 0) ids[slot] = idsOf(sections, column, length);
  else if (TEXT.has(slot)) texts[slot] = placesOf(read(sections, column, length), strings);
  else if (column.bytes === 0) numbers[slot] = needed(numbers[SLOT.time]);
  else numbers[slot] = numbersOf(read(sections, column, length));
}

function needed<T>(column: T | undefined): T {
  if (column === undefined) throw new Error('a column is said to be one that is not there');
  return column;
}
