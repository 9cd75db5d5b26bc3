import { gunzipSync, gzipSync } from 'node:zlib';
import {
  type Data,
  type DataType,
  Dictionary,
  Field,
  Float64,
  Int32,
  makeData,
  makeVector,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  tableFromIPC,
  Utf8,
} from 'apache-arrow';
import { ConverterError } from '../errors.ts';
import { SLOT, SLOT_NAMES, slotKind } from '../map/slots.ts';
import type { RowsView } from './rows-view.ts';

/** All text columns of a part share one dictionary. */
const DICTIONARY_ID = 0;
const TEXT = new Dictionary(new Utf8(), new Int32(), DICTIONARY_ID, false);

/**
 * A part: the sorted rows of one raw object as an Arrow IPC stream (one column a slot that is filled, text columns over one
 * shared dictionary), gzip. The same rows give the same bytes.
 */
export function encodePart({ view, order }: { view: RowsView; order: Uint32Array }): Uint8Array {
  const strings = makeVector(
    makeData({
      type: new Utf8(),
      length: view.offsets.length - 1,
      nullCount: 0,
      valueOffsets: view.offsets,
      data: view.bytes,
    }),
  );
  const fields: Field[] = [];
  const children: Data[] = [];
  for (const name of SLOT_NAMES) {
    const column =
      slotKind(name) === 'n'
        ? numbers(view.numbers[SLOT[name]], order)
        : texts(view.texts[SLOT[name]], order);
    if (!column) continue;
    const nulls =
      column.nulls > 0 ? { nullCount: column.nulls, nullBitmap: bitmap(column.present) } : { nullCount: 0 };
    if (column.values instanceof Float64Array) {
      fields.push(new Field(name, new Float64(), true));
      children.push(makeData({ type: new Float64(), length: order.length, data: column.values, ...nulls }));
    } else {
      fields.push(new Field(name, TEXT, true));
      children.push(
        makeData({ type: TEXT, length: order.length, data: column.values, dictionary: strings, ...nulls }),
      );
    }
  }
  const batch = new RecordBatch(
    new Schema(fields),
    makeData({ type: new Struct(fields as Field<DataType>[]), length: order.length, nullCount: 0, children }),
  );
  const writer = new RecordBatchStreamWriter();
  writer.write(batch);
  writer.finish();
  return gzipSync(writer.toUint8Array(true), { level: 1 });
}

/** An Arrow bitmap of what is there. */
function bitmap(present: Uint8Array): Uint8Array {
  const bits = new Uint8Array((present.length + 7) >> 3);
  for (let i = 0; i < present.length; i++)
    if (present[i] === 1) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  return bits;
}

interface Column {
  readonly values: Float64Array | Int32Array;
  readonly present: Uint8Array;
  readonly nulls: number;
}

function numbers(source: Float64Array | undefined, order: Uint32Array): Column | undefined {
  if (!source) return undefined;
  const values = new Float64Array(order.length);
  const present = new Uint8Array(order.length);
  let nulls = 0;
  for (let i = 0; i < order.length; i++) {
    const value = source[order[i] as number] as number;
    values[i] = value;
    if (Number.isNaN(value)) nulls += 1;
    else present[i] = 1;
  }
  return nulls === order.length ? undefined : { values, present, nulls };
}

function texts(source: Int32Array | undefined, order: Uint32Array): Column | undefined {
  if (!source) return undefined;
  const values = new Int32Array(order.length);
  const present = new Uint8Array(order.length);
  let nulls = 0;
  for (let i = 0; i < order.length; i++) {
    const id = source[order[i] as number] as number;
    values[i] = id;
    if (id < 0) nulls += 1;
    else present[i] = 1;
  }
  return nulls === order.length ? undefined : { values, present, nulls };
}

/** The rows of a part. What is null holds NaN or -1 also under its bitmap, since {@link encodePart} wrote it. @throws `PART_INVALID` */
export function decodePart({ key, bytes }: { key: string; bytes: Uint8Array }): RowsView {
  try {
    const table = tableFromIPC(gunzipSync(bytes, { chunkSize: 1 << 20 }));
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
        texts[slot] = data.values as Int32Array;
      } else numbers[slot] = data.values as Float64Array;
    });
    if (!strings) throw new Error('no dictionary');
    return {
      length: batch.numRows,
      numbers,
      texts,
      bytes: strings.values as Uint8Array,
      offsets: strings.valueOffsets as Int32Array,
    };
  } catch (error) {
    throw new ConverterError('PART_INVALID', `part ${key} cannot be read`, { cause: error });
  }
}
