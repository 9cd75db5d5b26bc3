import { number, object, oneOf, text } from '../run/shape.ts';

/** Numbers of a column may be whole, or so many parts of a whole: microseconds with three decimals, say. */
const UNITS = [1, 1000];
/** Of four bytes. */
export const GREATEST_CODE = 0x7fffffff;

/** How the values of a column are written. */
export interface Column {
  readonly name: string;
  /** Of a value. Up to 4: a code, where 0 is absent; 8 and 16: a double or an id as it is; 0: what the column `time` says. */
  readonly bytes: 0 | 1 | 2 | 4 | 8 | 16;
  /** A value is `(least + code - 1) / unit`. */
  readonly least: number;
  readonly unit: number;
}

export const columnShape = object({
  ...{ name: text, bytes: oneOf(0, 1, 2, 4, 8, 16), least: number, unit: oneOf(...UNITS) },
});

/** Of a column without codes. */
export const NO_CODES = { least: 0, unit: 1 } as const;

/** A column with its values. */
export type Packed = Column & { readonly data: Uint8Array };

/** Numbers in as few bytes as keep each exactly; NaN is absent. */
export function packed(name: string, values: Float64Array): Packed {
  for (const unit of UNITS) {
    const range = rangeOf(values, unit);
    const bytes = range && bytesFor(range);
    if (!range || !bytes) continue;
    const { least } = range;
    const codes = codesOf(new Uint8Array(values.length * bytes), bytes);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      codes[i] = Number.isNaN(value) ? 0 : Math.round(value * unit) - least + 1;
    }
    return { name, bytes, least, unit, data: bytesOf(codes) };
  }
  return { name, ...NO_CODES, bytes: 8, data: bytesOf(values) };
}

/** The same of places in a list; -1 is absent. */
export function packedPlaces(name: string, places: Int32Array): Packed {
  let [least, most] = [GREATEST_CODE, -1];
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    if (place > most) most = place;
    if (place >= 0 && place < least) least = place;
  }
  if (most < 0) [least, most] = [0, 0];
  const bytes = bytesFor({ least, most }) ?? 4;
  const codes = codesOf(new Uint8Array(places.length * bytes), bytes);
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    codes[i] = place < 0 ? 0 : place - least + 1;
  }
  return { name, bytes, least, unit: 1, data: bytesOf(codes) };
}

interface Range {
  readonly least: number;
  readonly most: number;
}

/** Of a code; undefined where none is so large. */
function bytesFor({ least, most }: Range): 1 | 2 | 4 | undefined {
  const greatest = most - least + 1;
  if (greatest <= 0xff) return 1;
  if (greatest <= 0xffff) return 2;
  return greatest <= GREATEST_CODE ? 4 : undefined;
}

/** Of values times `unit`; undefined where one of them is not a whole number then, so that it would not come back. */
function rangeOf(values: Float64Array, unit: number): Range | undefined {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const whole = Math.round(value * unit);
    // -0 comes back as 0.
    if (!Object.is(whole / unit + 0, value)) return undefined;
    if (whole < least) least = whole;
    if (whole > most) most = whole;
  }
  return least > most ? { least: 0, most: 0 } : { least, most };
}

type Codes = Uint8Array | Uint16Array | Int32Array;

function codesOf({ buffer, byteOffset, byteLength }: Uint8Array, bytes: number): Codes {
  if (bytes === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (bytes === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Numbers as they were packed. `data` lies where numbers of their width may. @throws RangeError */
export function numbersOf({ name, bytes, unit, least, data }: Packed): Float64Array {
  if (bytes === 16) throw new RangeError(`${name} has no numbers of 16 bytes`);
  if (bytes === 8) return new Float64Array(data.buffer, data.byteOffset, data.length / 8);
  const codes = codesOf(data, bytes);
  const values = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    values[i] = code === 0 ? Number.NaN : (least + (code - 1)) / unit;
  }
  return values;
}

/** Places as they were packed. @param count of what is in the list @throws RangeError */
export function placesOf({ name, bytes, least, data }: Packed, count: number): Int32Array {
  if (bytes === 0 || bytes > 4) throw new RangeError(`${name} has no places of ${bytes} bytes`);
  if (!(Number.isInteger(least) && least >= 0)) throw new RangeError(`${name} has places from ${least} on`);
  const codes = codesOf(data, bytes);
  const places = new Int32Array(codes.length);
  let most = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (code > most) most = code;
    places[i] = code === 0 ? -1 : least + code - 1;
  }
  if (least + most > count) throw new RangeError(`${name} has place ${least + most - 1} among ${count}`);
  return places;
}

/** As {@link placesOf}, and none is absent. @throws RangeError */
export function allPlacesOf(packed: Packed, count: number): Int32Array {
  const places = placesOf(packed, count);
  if (places.includes(-1)) throw new RangeError(`${packed.name} is not everywhere`);
  return places;
}
