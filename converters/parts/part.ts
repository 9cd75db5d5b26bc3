import {
  type Data,
  DataType,
  Field,
  FixedSizeBinary,
  Float64,
  Int16,
  Int32,
  makeData,
  RecordBatch,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import { ConverterError } from '../errors.ts';
import { ID_BYTES, isShared, SLOT, SLOT_NAMES, TEXT_SLOTS } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';
import { loadZstd } from '../zstd.ts';
import type { RowsView } from './rows-view.ts';

/** Numbers in two bytes where that is enough, which is most columns. */
const LARGEST = 0x7fff;
/** Stands for NaN among numbers of two bytes. */
const NARROW_NAN = -0x8000;

const TEXT: ReadonlySet<number> = new Set(TEXT_SLOTS);

/** Columns of one length, by name, in their order. */
type Columns = readonly (readonly [name: string, data: Data])[];

/**
 * A part: the sorted rows of one raw object as three Arrow IPC streams, one behind the other, zstd.
 *
 *     strings:   what the other two use, as UTF-8
 *     templates: a column a shared slot that is filled
 *     rows:      `template`, and a column a slot of their own: text as a place among the strings, ids as their bytes
 *
 * What is absent is NaN, -1 or zeros, without bitmaps: the columns are read as they lie there. The same rows give the same bytes.
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
  const templates = columnsOf(view, used.order, strings, 1);
  const rows = columnsOf(view, order, strings, 0);
  const streams = [
    stream(strings.columns()),
    stream(templates),
    stream([['template', numberData(narrowed(used.template, -1))], ...rows]),
  ];
  return (await loadZstd()).compressFast(Buffer.concat(streams));
}

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

/** @param shared 1: of the shared slots, by template; 0: of all others, by row */
function columnsOf(view: RowsView, order: Uint32Array, strings: UsedStrings, shared: 0 | 1): Columns {
  return SLOT_NAMES.flatMap((name): Columns => {
    const slot = SLOT[name];
    if (isShared[slot] !== shared) return [];
    const [numbers, texts, ids] = [view.numbers[slot], view.texts[slot], view.ids[slot]];
    if (numbers) return isAbsent(numbers, order) ? [] : [[name, numberData(numbersInOrder(numbers, order))]];
    if (texts)
      return isAbsent(texts, order) ? [] : [[name, numberData(narrowed(strings.used(texts, order), -1))]];
    return ids ? [[name, idData(ids, ID_BYTES[slot] as number, order)]] : [];
  });
}

/** Whether none of these has a value: a slot may be filled by others. */
function isAbsent(column: Int32Array | Float64Array, order: Uint32Array): boolean {
  const ids = column instanceof Int32Array;
  for (let i = 0; i < order.length; i++) {
    const value = column[order[i] as number] as number;
    if (ids ? value >= 0 : !Number.isNaN(value)) return false;
  }
  return true;
}

function stream(columns: Columns): Uint8Array {
  const fields = columns.map(([name, data]) => new Field<DataType>(name, data.type, false));
  const length = columns[0]?.[1].length ?? 0;
  const children = columns.map(([, data]) => data);
  const batch = new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields), length, nullCount: 0, children }),
  );
  const writer = new RecordBatchStreamWriter();
  writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

function idData(ids: Uint8Array, width: number, order: Uint32Array): Data {
  const data = new Uint8Array(order.length * width);
  for (let i = 0, at = 0; i < order.length; i++) {
    const from = (order[i] as number) * width;
    for (let b = from; b < from + width; b++) data[at++] = ids[b] as number;
  }
  return makeData({ type: new FixedSizeBinary(width), length: order.length, nullCount: 0, data });
}

/** The strings that columns use, numbered anew in order of first use. */
class UsedStrings {
  readonly #view: RowsView;
  /** Id → new id from 1. */
  readonly #numbers: Int32Array;
  readonly #ids: number[] = [];

  constructor(view: RowsView) {
    this.#view = view;
    this.#numbers = new Int32Array(view.offsets.length);
  }

  /** A column in order, with new ids. */
  used(source: Int32Array, order: Uint32Array): Int32Array {
    const found = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) {
      const id = source[order[i] as number] as number;
      if (id >= 0 && this.#numbers[id] === 0) this.#numbers[id] = this.#ids.push(id);
      found[i] = id < 0 ? -1 : (this.#numbers[id] as number) - 1;
    }
    return found;
  }

  columns(): Columns {
    const { bytes, offsets } = this.#view;
    const valueOffsets = new Int32Array(this.#ids.length + 1);
    this.#ids.forEach((id, i) => {
      valueOffsets[i + 1] =
        (valueOffsets[i] as number) + (offsets[id + 1] as number) - (offsets[id] as number);
    });
    const data = new Uint8Array(valueOffsets[this.#ids.length] as number);
    this.#ids.forEach((id, i) => {
      const end = offsets[id + 1] as number;
      for (let from = offsets[id] as number, at = valueOffsets[i] as number; from < end; from++, at++)
        data[at] = bytes[from] as number;
    });
    const length = this.#ids.length;
    return [['string', makeData({ type: new Utf8(), length, nullCount: 0, valueOffsets, data })]];
  }
}

function numberData(data: Int16Array | Int32Array | Float64Array): Data {
  const { length } = data;
  if (data instanceof Int16Array) return makeData({ type: new Int16(), length, nullCount: 0, data });
  if (data instanceof Int32Array) return makeData({ type: new Int32(), length, nullCount: 0, data });
  return makeData({ type: new Float64(), length, nullCount: 0, data });
}

function numbersInOrder(source: Float64Array, order: Uint32Array): Float64Array | Int16Array {
  const wide = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) wide[i] = source[order[i] as number] as number;
  const narrow = new Int16Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const value = wide[i] as number;
    narrow[i] = Number.isNaN(value) ? NARROW_NAN : value;
    if (!Number.isNaN(value) && (!Object.is(narrow[i], value) || value === NARROW_NAN)) return wide;
  }
  return narrow;
}

const widened = (narrow: Int16Array): Float64Array => {
  const wide = new Float64Array(narrow.length);
  for (let i = 0; i < narrow.length; i++)
    wide[i] = narrow[i] === NARROW_NAN ? Number.NaN : (narrow[i] as number);
  return wide;
};

/** @param least all are at least this */
function narrowed(of: Int32Array, least: number): Int16Array | Int32Array {
  let most = least;
  for (let i = 0; i < of.length; i++) if ((of[i] as number) > most) most = of[i] as number;
  return most <= LARGEST ? Int16Array.from(of) : of;
}

/** The rows of a part. @throws `PART_INVALID` */
export async function decodePart({ key, bytes }: { key: string; bytes: Uint8Array }): Promise<RowsView> {
  const { decompress } = await loadZstd();
  try {
    const [strings, templates, rows] = batchesOf(decompress(bytes));
    if (!strings || !templates || !rows) throw new Error('three streams expected');
    const found: Found = { numbers: [], texts: [], ids: [] };
    take(found, templates);
    take(found, rows);
    const { values, valueOffsets, length } = strings.data.children[0] as Data<Utf8>;
    const offsets = valueOffsets.subarray(0, length + 1);
    return {
      ...{ length: rows.numRows, template: idsOf(column(rows, 'template')), templates: templates.numRows },
      ...{ ...found, bytes: values, words: wordsOf(values), offsets },
    };
  } catch (error) {
    throw new ConverterError('PART_INVALID', `part ${key} cannot be read`, { cause: error });
  }
}

interface Found {
  readonly numbers: Float64Array[];
  readonly texts: Int32Array[];
  readonly ids: Uint8Array[];
}

/** By slot. */
function take({ numbers, texts, ids }: Found, batch: RecordBatch): void {
  batch.schema.fields.forEach(({ name }, i) => {
    const data = batch.data.children[i] as Data;
    const slot = SLOT[name as keyof typeof SLOT];
    if (slot === undefined) return;
    if (DataType.isFixedSizeBinary(data.type)) ids[slot] = data.values;
    else if (TEXT.has(slot)) texts[slot] = idsOf(data);
    else numbers[slot] = data.values instanceof Int16Array ? widened(data.values) : data.values;
  });
}

const idsOf = ({ values }: Data): Int32Array =>
  values instanceof Int32Array ? values : new Int32Array(values);

function column(batch: RecordBatch, name: string): Data {
  const i = batch.schema.fields.findIndex((field) => field.name === name);
  const data = batch.data.children[i];
  if (!data) throw new Error(`no column ${name}`);
  return data;
}

/** The one of each stream. A stream has to be read before the next is opened. */
function batchesOf(bytes: Uint8Array): RecordBatch[] {
  const found: RecordBatch[] = [];
  for (const reader of RecordBatchReader.readAll(bytes)) {
    const [batch, ...others] = reader;
    if (!batch || others.length > 0) throw new Error(`one record batch expected, got ${others.length + 1}`);
    found.push(batch);
  }
  return found;
}
