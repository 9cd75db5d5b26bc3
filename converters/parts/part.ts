import {
  type Data,
  type DataType,
  Dictionary,
  Field,
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
import { SLOT, SLOT_NAMES } from '../map/slots.ts';
import { wordsOf } from '../read/strings.ts';
import { loadZstd } from '../zstd.ts';
import type { RowsView } from './rows-view.ts';

/** All text columns of a part share one dictionary. */
const DICTIONARY_ID = 0;
/** In two bytes where that is enough, which is most columns. */
const NARROW = { text: new Dictionary(new Utf8(), new Int16(), DICTIONARY_ID, false), number: new Int16() };
const WIDE = { text: new Dictionary(new Utf8(), new Int32(), DICTIONARY_ID, false), number: new Float64() };
const LARGEST = 0x7fff;
/** Stands for NaN among numbers of two bytes. */
const NARROW_NAN = -0x8000;

/**
 * A part: the sorted rows of one raw object as an Arrow IPC stream (one column a slot that is filled, text columns over one
 * shared dictionary), zstd. What is absent is NaN or -1, without bitmaps: the columns are read as they lie there. The same rows
 * give the same bytes.
 */
export async function encodePart({
  view,
  order,
}: {
  view: RowsView;
  order: Uint32Array;
}): Promise<Uint8Array> {
  const strings = makeVector(
    makeData({
      type: new Utf8(),
      length: view.offsets.length - 1,
      nullCount: 0,
      valueOffsets: view.offsets,
      data: view.bytes,
    }),
  );
  const { length } = order;
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const name of SLOT_NAMES) {
    const [numbers, texts] = [view.numbers[SLOT[name]], view.texts[SLOT[name]]];
    if (!numbers && !texts) continue;
    const data = numbers
      ? numberData(numbersInOrder(numbers, order))
      : textData(textsInOrder(texts as Int32Array, order, strings.length), strings);
    fields.push(new Field(name, data.type, false));
    children.push(data);
  }
  const batch = new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields as Field<DataType>[]), length, nullCount: 0, children }),
  );
  const writer = new RecordBatchStreamWriter();
  writer.write(batch);
  writer.finish();
  return (await loadZstd()).compress(writer.toUint8Array(true));
}

const textData = (data: Int16Array | Int32Array, dictionary: Vector<Utf8>): Data =>
  data instanceof Int16Array
    ? makeData({ type: NARROW.text, length: data.length, nullCount: 0, data, dictionary })
    : makeData({ type: WIDE.text, length: data.length, nullCount: 0, data, dictionary });

const numberData = (data: Int16Array | Float64Array): Data =>
  data instanceof Int16Array
    ? makeData({ type: NARROW.number, length: data.length, nullCount: 0, data })
    : makeData({ type: WIDE.number, length: data.length, nullCount: 0, data });

function textsInOrder(source: Int32Array, order: Uint32Array, strings: number): Int16Array | Int32Array {
  const { length } = order;
  const ids = strings <= LARGEST ? new Int16Array(length) : new Int32Array(length);
  for (let i = 0; i < length; i++) ids[i] = source[order[i] as number] as number;
  return ids;
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
    let strings: Data | undefined;
    batch.schema.fields.forEach(({ name }, i) => {
      const data = batch.data.children[i] as Data;
      const slot = SLOT[name as keyof typeof SLOT];
      if (data.dictionary) {
        strings ??= data.dictionary.data[0];
        texts[slot] = data.values instanceof Int32Array ? data.values : new Int32Array(data.values);
      } else numbers[slot] = data.values instanceof Int16Array ? widened(data.values) : data.values;
    });
    if (!strings) throw new Error('no dictionary');
    return {
      length: batch.numRows,
      numbers,
      texts,
      bytes: strings.values as Uint8Array,
      words: wordsOf(strings.values as Uint8Array),
      offsets: strings.valueOffsets as Int32Array,
    };
  } catch (error) {
    throw new ConverterError('PART_INVALID', `part ${key} cannot be read`, { cause: error });
  }
}
