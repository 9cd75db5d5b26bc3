import { Bool, type Data, Float64, Int32, Int64, makeData, Utf8 } from 'apache-arrow';
import type { Rows } from '../map/rows.ts';

/** Which of the gathered values are there: one byte each, and how many are not. */
export interface Validity {
  readonly present: Uint8Array;
  readonly nulls: number;
}

/** An Arrow bitmap; undefined where nothing is null. */
export function bitmap({ present, nulls }: Validity): Uint8Array | undefined {
  if (nulls === 0) return undefined;
  const bits = new Uint8Array((present.length + 7) >> 3);
  for (let i = 0; i < present.length; i++) {
    if (present[i] === 1) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }
  return bits;
}

const nullable = ({ present, nulls }: Validity) => {
  const bits = bitmap({ present, nulls });
  return bits ? { nullCount: nulls, nullBitmap: bits } : { nullCount: 0 };
};

/** Pool ids → UTF-8 column. Negative ids are null. */
export function textColumn(rows: Rows, ids: Int32Array): { data: Data<Utf8>; validity: Validity } {
  const count = ids.length;
  const { bytes, offsets } = rows.pool;
  const present = new Uint8Array(count);
  const ends = new Int32Array(count + 1);
  let total = 0;
  let nulls = 0;
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number;
    if (id < 0) nulls += 1;
    else {
      present[i] = 1;
      total += (offsets[id + 1] as number) - (offsets[id] as number);
    }
    ends[i + 1] = total;
  }
  const out = new Uint8Array(total);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const id = ids[i] as number;
    if (id < 0) continue;
    const from = offsets[id] as number;
    const to = offsets[id + 1] as number;
    if (to - from > 96) {
      out.set(bytes.subarray(from, to), at);
      at += to - from;
    } else for (let byte = from; byte < to; byte++) out[at++] = bytes[byte] as number;
  }
  const validity = { present, nulls };
  return {
    data: makeData({ type: new Utf8(), length: count, valueOffsets: ends, data: out, ...nullable(validity) }),
    validity,
  };
}

const encoder = new TextEncoder();

/** Strings → UTF-8 column. Undefined is null. */
export function stringColumn(texts: readonly (string | undefined)[]): {
  data: Data<Utf8>;
  validity: Validity;
} {
  const present = new Uint8Array(texts.length);
  const ends = new Int32Array(texts.length + 1);
  let out = new Uint8Array(texts.length * 64 + 64);
  let at = 0;
  let nulls = 0;
  texts.forEach((text, i) => {
    if (text === undefined) nulls += 1;
    else {
      present[i] = 1;
      if (at + text.length * 3 > out.length) {
        const larger = new Uint8Array((at + text.length * 3) * 2);
        larger.set(out.subarray(0, at));
        out = larger;
      }
      at += encoder.encodeInto(text, out.subarray(at)).written;
    }
    ends[i + 1] = at;
  });
  const validity = { present, nulls };
  return {
    data: makeData({
      type: new Utf8(),
      length: texts.length,
      valueOffsets: ends,
      data: out.slice(0, at),
      ...nullable(validity),
    }),
    validity,
  };
}

export type NumberType = 'i32' | 'i64' | 'f64' | 'bool';

/** Numbers → column. NaN is null; integers of more than 32 bits are written as two halves, exact up to 2^53. */
export function numberColumn(values: Float64Array, type: NumberType): { data: Data; validity: Validity } {
  const count = values.length;
  const present = new Uint8Array(count);
  let nulls = 0;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(values[i])) nulls += 1;
    else present[i] = 1;
  }
  const validity = { present, nulls };
  return { data: numberData(values, type, validity), validity };
}

function numberData(values: Float64Array, type: NumberType, validity: Validity): Data {
  const count = values.length;
  const nulls = nullable(validity);
  if (type === 'f64') {
    const data = values.slice();
    if (validity.nulls > 0) for (let i = 0; i < count; i++) if (validity.present[i] === 0) data[i] = 0;
    return makeData({ type: new Float64(), length: count, data, ...nulls });
  }
  if (type === 'i32') {
    const data = new Int32Array(count);
    for (let i = 0; i < count; i++) data[i] = values[i] as number;
    return makeData({ type: new Int32(), length: count, data, ...nulls });
  }
  if (type === 'bool') {
    const present = new Uint8Array(count);
    for (let i = 0; i < count; i++) present[i] = values[i] === 1 ? 1 : 0;
    const data = bitmap({ present, nulls: 1 }) as Uint8Array;
    return makeData({ type: new Bool(), length: count, data, ...nulls });
  }
  const halves = new Int32Array(2 * count);
  for (let i = 0; i < count; i++) {
    if (validity.present[i] === 0) continue;
    const value = values[i] as number;
    const high = Math.floor(value / 4_294_967_296);
    halves[2 * i] = (value - high * 4_294_967_296) | 0;
    halves[2 * i + 1] = high;
  }
  return makeData({ type: new Int64(), length: count, data: new BigInt64Array(halves.buffer), ...nulls });
}
