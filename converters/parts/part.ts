import {
  type Data,
  DataType,
  Dictionary,
  Field,
  FixedSizeBinary,
  Float64,
  Int16,
  Int32,
  makeData,
  makeVector,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
  Utf8,
  type Vector,
} from 'apache-arrow';
import { ConverterError } from '../errors.ts';
import { packHex, writeHex } from '../hex.ts';
import { SLOT, SLOT_NAMES, UNIQUE_SLOTS } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';
import { loadZstd } from '../zstd.ts';
import type { RowsView } from './rows-view.ts';

/** Most text columns of a part share one dictionary. */
const DICTIONARY_ID = 0;
/** In two bytes where that is enough, which is most columns. */
const NARROW = { text: new Dictionary(new Utf8(), new Int16(), DICTIONARY_ID, false), number: new Int16() };
const WIDE = { text: new Dictionary(new Utf8(), new Int32(), DICTIONARY_ID, false), number: new Float64() };
const LARGEST = 0x7fff;
/** Stands for NaN among numbers of two bytes. */
const NARROW_NAN = -0x8000;

/**
 * A part: the sorted rows of one raw object as an Arrow IPC stream (one column a slot that is filled), zstd. Ids that hardly come
 * again lie as their bytes, all other text over one shared dictionary of what is in use. What is absent is NaN, -1 or zeros,
 * without bitmaps: the columns are read as they lie there. The same rows give the same bytes.
 */
export async function encodePart({
  view,
  order,
}: {
  view: RowsView;
  order: Uint32Array;
}): Promise<Uint8Array> {
  const ids: (Data | undefined)[] = [];
  for (const slot of UNIQUE_SLOTS) ids[slot] = idData(view, slot, order);
  const dictionary = new UsedStrings(view);
  const texts: (Int32Array | undefined)[] = [];
  view.texts.forEach((source, slot) => {
    if (source && !ids[slot]) texts[slot] = dictionary.used(source, order);
  });
  const strings = dictionary.vector();
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const name of SLOT_NAMES) {
    const slot = SLOT[name];
    const [numbers, own] = [view.numbers[slot], texts[slot]];
    const data = numbers
      ? numberData(numbersInOrder(numbers, order))
      : own
        ? textData(own, strings)
        : ids[slot];
    if (!data) continue;
    fields.push(new Field(name, data.type, false));
    children.push(data);
  }
  const batch = new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields as Field<DataType>[]), length: order.length, nullCount: 0, children }),
  );
  const writer = new RecordBatchStreamWriter();
  writer.write(batch);
  writer.finish();
  return (await loadZstd()).compressFast(writer.toUint8Array(true));
}

function idData({ texts, bytes, offsets }: RowsView, slot: number, order: Uint32Array): Data | undefined {
  const ids = texts[slot];
  const packed = ids && packHex({ ids, order, bytes, offsets });
  if (!packed) return undefined;
  const type = new FixedSizeBinary(packed.width);
  return makeData({ type, length: order.length, nullCount: 0, data: packed.data });
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

  vector(): Vector<Utf8> {
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
    const type = new Utf8();
    return makeVector(makeData({ type, length: this.#ids.length, nullCount: 0, valueOffsets, data }));
  }
}

const textData = (ids: Int32Array, dictionary: Vector<Utf8>): Data =>
  dictionary.length <= LARGEST
    ? makeData({
        type: NARROW.text,
        length: ids.length,
        nullCount: 0,
        data: Int16Array.from(ids),
        dictionary,
      })
    : makeData({ type: WIDE.text, length: ids.length, nullCount: 0, data: ids, dictionary });

const numberData = (data: Int16Array | Float64Array): Data =>
  data instanceof Int16Array
    ? makeData({ type: NARROW.number, length: data.length, nullCount: 0, data })
    : makeData({ type: WIDE.number, length: data.length, nullCount: 0, data });

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

/** The rows of a part. @throws `PART_INVALID` */
export async function decodePart({ key, bytes }: { key: string; bytes: Uint8Array }): Promise<RowsView> {
  const { decompress } = await loadZstd();
  try {
    const table = tableFromIPC(decompress(bytes));
    const batch = table.batches[0];
    if (!batch || table.batches.length !== 1)
      throw new Error(`one record batch expected, got ${table.batches.length}`);
    const numbers: (Float64Array | undefined)[] = [];
    const texts: (Int32Array | undefined)[] = [];
    const ids: [slot: number, data: Data<FixedSizeBinary>][] = [];
    let strings: Data | undefined;
    batch.schema.fields.forEach(({ name }, i) => {
      const data = batch.data.children[i] as Data;
      const slot = SLOT[name as keyof typeof SLOT];
      if (data.dictionary) {
        strings ??= data.dictionary.data[0];
        texts[slot] = data.values instanceof Int32Array ? data.values : new Int32Array(data.values);
      } else if (DataType.isFixedSizeBinary(data.type)) ids.push([slot, data as Data<FixedSizeBinary>]);
      else numbers[slot] = data.values instanceof Int16Array ? widened(data.values) : data.values;
    });
    if (!strings) throw new Error('no dictionary');
    return { length: batch.numRows, numbers, texts, ...withIds(strings, ids, texts) };
  } catch (error) {
    throw new ConverterError('PART_INVALID', `part ${key} cannot be read`, { cause: error });
  }
}

/** The strings of the dictionary, and behind them the digits of the ids, which get their columns in `texts`. */
function withIds(
  strings: Data,
  ids: readonly [slot: number, data: Data<FixedSizeBinary>][],
  texts: (Int32Array | undefined)[],
): Pick<RowsView, 'bytes' | 'words' | 'offsets'> {
  const { values, valueOffsets } = strings as { values: Uint8Array; valueOffsets: Int32Array };
  const digits = ids.reduce((sum, [, { length, type }]) => sum + 2 * length * type.byteWidth, 0);
  const rows = ids.reduce((sum, [, { length }]) => sum + length, 0);
  let at = valueOffsets[strings.length] as number;
  let id = strings.length;
  const bytes = new Uint8Array(at + digits);
  bytes.set(values.subarray(0, at));
  const offsets = new Int32Array(id + rows + 1);
  offsets.set(valueOffsets.subarray(0, id + 1));
  for (const [slot, { values: packed, length, type }] of ids) {
    const column = new Int32Array(length).fill(-1);
    const width = type.byteWidth;
    for (let row = 0; row < length; row++) {
      const from = row * width;
      if (isZero(packed, from, from + width)) continue;
      at = writeHex(packed, from, from + width, bytes, at);
      column[row] = id++;
      offsets[id] = at;
    }
    texts[slot] = column;
  }
  return { bytes, words: wordsOf(bytes), offsets: offsets.subarray(0, id + 1) };
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
