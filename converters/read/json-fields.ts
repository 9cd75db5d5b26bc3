import { PbfWriter } from 'pbf';
import { readHex } from '../hex.ts';

export type Json = Record<string, unknown>;
/** Writes a value of JSON as one field. @throws where it is not what that field holds */
export type Write = (field: number, value: unknown, pbf: PbfWriter) => void;
/** What a JSON object may hold: number of the field, and how it is written. */
export type Members = { readonly [name: string]: readonly [field: number, write: Write] };

type Known = ReadonlyMap<string, Members[string]>;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

/** A message within a message. @param members asked for when the first is written: some hold their own kind */
export function message(members: () => Members): Write {
  let known: Known | undefined;
  return (field, value, pbf) => {
    known ??= new Map(Object.entries(members()));
    pbf.writeTag(field, BYTES);
    pbf.writeVarint(0); // its length is known behind it
    const start = pbf.pos;
    writeMembers(known, value, pbf);
    writeLength(start, pbf);
  };
}

/** A message that nothing is around. */
export function request(members: Members): (value: unknown, pbf: PbfWriter) => void {
  const known: Known = new Map(Object.entries(members));
  return (value, pbf) => writeMembers(known, value, pbf);
}

/** Members that are null or have no field are left out; of an array each item is a field. */
function writeMembers(known: Known, value: unknown, pbf: PbfWriter): void {
  if (value === null) throw new TypeError('Cannot convert undefined or null to object');
  const object = value as Json;
  // Object.keys would make an array for each object.
  for (const name in object) {
    const member = known.get(name);
    const held = object[name];
    if (member === undefined || held === null || held === undefined) continue;
    const [field, write] = member;
    if (!Array.isArray(held) || PACKED.has(write)) write(field, held, pbf);
    else for (let i = 0; i < held.length; i++) write(field, held[i], pbf);
  }
}

/** Puts the length of what was written from `start` before it, where one byte is kept for it. */
function writeLength(start: number, pbf: PbfWriter): void {
  const length = pbf.pos - start;
  const more = Math.floor((31 - Math.clz32(length | 1)) / 7);
  if (more > 0) {
    pbf.realloc(more);
    pbf.buf.copyWithin(start + more, start, pbf.pos);
  }
  pbf.pos = start - 1;
  pbf.writeVarint(length);
  pbf.pos += length;
}

export const string: Write = (field, value, pbf) => {
  const text = String(value);
  const { length } = text;
  const before = pbf.pos;
  pbf.writeTag(field, BYTES);
  pbf.writeVarint(length); // of bytes, too, where it is ASCII
  pbf.realloc(length);
  const { buf, pos } = pbf;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) {
      pbf.pos = before;
      pbf.writeStringField(field, text);
      return;
    }
    buf[pos + i] = code;
  }
  pbf.pos = pos + length;
};

export const hex: Write = (field, value, pbf) => {
  const text = String(value);
  const before = pbf.pos;
  pbf.writeTag(field, BYTES);
  pbf.writeVarint(text.length >> 1);
  pbf.realloc(text.length >> 1);
  const end = readHex(text, pbf.buf, pbf.pos);
  pbf.pos = end ?? before;
  if (end === undefined) pbf.writeBytesField(field, Buffer.from(text, 'hex'));
};

export const base64: Write = (field, value, pbf) =>
  pbf.writeBytesField(field, Buffer.from(String(value), 'base64'));

export const varint: Write = (field, value, pbf) => pbf.writeVarintField(field, Number(value));

export const sint32: Write = (field, value, pbf) => pbf.writeSVarintField(field, Number(value));

export const bool: Write = (field, value, pbf) => pbf.writeBooleanField(field, value === true);

export const int64: Write = (field, value, pbf) => {
  pbf.writeTag(field, VARINT);
  writeInt64(value, pbf);
};

export const fixed64: Write = (field, value, pbf) => {
  pbf.writeTag(field, FIXED64);
  writeFixed64(value, pbf);
};

export const double: Write = (field, value, pbf) => {
  pbf.writeTag(field, FIXED64);
  pbf.writeDouble(Number(value));
};

/** Numbers one behind the other, in one field. */
export const fixed64s = packed(writeFixed64);
export const uint64s = packed(writeInt64);
export const doubles = packed((value, pbf) => pbf.writeDouble(Number(value)));
const PACKED: ReadonlySet<Write> = new Set([fixed64s, uint64s, doubles]);

function packed(write: (value: unknown, pbf: PbfWriter) => void): Write {
  return (field, value, pbf) => {
    const values = value as readonly unknown[];
    const all = new PbfWriter(new Uint8Array(values.length * 8 + 8));
    for (const one of values) write(one, all);
    pbf.writeBytesField(field, all.finish());
  };
}

/** `pbf` takes numbers, which are exact up to 2^53 only. */
function writeInt64(value: unknown, pbf: PbfWriter): void {
  const number = Number(value);
  if (Number.isSafeInteger(number) || !/^-?\d{1,20}$/.test(String(value))) {
    pbf.writeVarint(number);
    return;
  }
  pbf.realloc(10);
  let left = BigInt.asUintN(64, BigInt(String(value)));
  for (; left > 0x7fn; left >>= 7n) pbf.buf[pbf.pos++] = Number(left & 0x7fn) | 0x80;
  pbf.buf[pbf.pos++] = Number(left);
}

/** Digits of the largest number of 64 bits. */
const MOST_DIGITS = 20;

/** @throws where it is no whole number; reading one of a million digits would take its time */
function writeFixed64(value: unknown, pbf: PbfWriter): void {
  if (typeof value === 'string' && value.length > MOST_DIGITS) throw new RangeError('more than 64 bits');
  const wide = BigInt(value as string);
  pbf.realloc(8);
  pbf.dataView.setBigUint64(pbf.pos, wide, true);
  pbf.pos += 8;
}
