import type { PbfReader } from 'pbf';
import { Malformed } from '../errors.ts';

/** Protobuf wire types (encoding.html, "Message structure"). */
export const FIXED64 = 1;
export const BYTES = 2;

/** Reads the length of a nested field and returns where it ends. @throws Malformed where that is outside of its parent. */
export function enter(pbf: PbfReader, limit: number): number {
  if (pbf.type !== BYTES) throw new Malformed('malformed_record');
  const end = pbf.readVarint() + pbf.pos;
  if (!(end <= limit)) throw new Malformed('malformed_record');
  return end;
}

/** To be called when a message was walked: its last field must end where the message ends. */
export function leave(pbf: PbfReader, end: number): void {
  if (pbf.pos !== end) throw new Malformed('malformed_record');
}

/** An `int64`: a number where that is exact, else its decimal digits. */
export function readInt64(pbf: PbfReader): number | string {
  const start = pbf.pos;
  const value = pbf.readVarint(true);
  if (Number.isSafeInteger(value)) return value;
  let wide = 0n;
  for (let at = pbf.pos - 1; at >= start; at--) wide = (wide << 7n) | BigInt((pbf.buf[at] as number) & 0x7f);
  return String(BigInt.asIntN(64, wide));
}

/** `fixed64` as two halves, since 2^53 ns is a hundred days and a timestamp needs all 64 bits. */
export interface Fixed64 {
  low: number;
  high: number;
}

export function readFixed64(pbf: PbfReader, limit: number, into: Fixed64): void {
  if (pbf.type !== FIXED64 || pbf.pos + 8 > limit) throw new Malformed('malformed_record');
  into.low = pbf.readFixed32();
  into.high = pbf.readFixed32();
}

// 2^32 ns = 4294 ms + 967296 ns; every product below stays under 2^53, so that both results are exact.
const residue = ({ low, high }: Fixed64): number => high * 967_296 + low;
/** Whole milliseconds of a count of nanoseconds. */
export const wholeMs = (ns: Fixed64): number => ns.high * 4294 + Math.floor(residue(ns) / 1_000_000);
/** The nanoseconds beyond {@link wholeMs}; quicker than `%`, which divides doubles bit by bit. */
export function restNs(ns: Fixed64): number {
  const all = residue(ns);
  return all - Math.floor(all / 1_000_000) * 1_000_000;
}
/** Nanoseconds from `start` to `end`, exact up to 104 days. */
export const elapsedNs = (start: Fixed64, end: Fixed64): number =>
  (wholeMs(end) - wholeMs(start)) * 1_000_000 + restNs(end) - restNs(start);

/** Epoch milliseconds of 13 digits: seconds or nanoseconds by mistake are not taken. */
export const isEpochMs = (ms: number): boolean => ms >= 1e12 && ms < 1e13;

export function readDouble(pbf: PbfReader, limit: number): number {
  if (pbf.pos + 8 > limit) throw new Malformed('malformed_record');
  return pbf.readDouble();
}

/** A repeated number, packed or not. */
export function eachPacked(pbf: PbfReader, limit: number, read: (end: number) => void): void {
  if (pbf.type !== BYTES) {
    read(limit);
    return;
  }
  const end = enter(pbf, limit);
  while (pbf.pos < end) read(end);
}
