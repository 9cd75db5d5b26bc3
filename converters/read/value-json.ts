import type { PbfReader } from 'pbf';
import { Malformed } from '../errors.ts';
import { BYTES, enter, leave, readInt64 } from './wire.ts';

const DEEPEST = 32;

/** Name and value, the value as JSON. */
export type Member = readonly [string, string];

/** A JSON object with sorted keys; undefined where there are no members. */
export function jsonOf(members: readonly Member[]): string | undefined {
  if (members.length === 0) return undefined;
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Text of a length-delimited field. */
export function readText(pbf: PbfReader, limit: number): string {
  const end = enter(pbf, limit);
  try {
    return decoder.decode(pbf.buf.subarray(pbf.pos, end));
  } catch {
    throw new Malformed('invalid_utf8');
  } finally {
    pbf.pos = end;
  }
}

/** JSON has no NaN and no ±Inf: they become text. */
export const finite = (value: number): string =>
  Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value));

/** An `AnyValue` (common.proto) as JSON; bytes as base64, numbers that JSON or a double cannot hold as text. */
export function valueJson(pbf: PbfReader, start: number, end: number, depth: number): string {
  if (depth > DEEPEST) throw new Malformed('malformed_record');
  pbf.pos = start;
  let json = 'null';
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    if (field === 1) json = JSON.stringify(readText(pbf, end));
    else if (field === 2) json = pbf.readVarint() ? 'true' : 'false';
    else if (field === 3) json = JSON.stringify(readInt64(pbf));
    else if (field === 4) json = finite(pbf.readDouble());
    else if (field === 5 || field === 6) json = listJson(pbf, enter(pbf, end), field === 6, depth + 1);
    else if (field === 7) {
      const stop = enter(pbf, end);
      json = JSON.stringify(Buffer.from(pbf.buf.subarray(pbf.pos, stop)).toString('base64'));
      pbf.pos = stop;
    }
  }
  leave(pbf, end);
  return json;
}

function listJson(pbf: PbfReader, end: number, pairs: boolean, depth: number): string {
  const items: string[] = [];
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    if (field !== 1 || pbf.type !== BYTES) continue;
    const stop = enter(pbf, end);
    items.push(pairs ? pairJson(pbf, stop, depth) : valueJson(pbf, pbf.pos, stop, depth));
    pbf.pos = stop;
  }
  leave(pbf, end);
  return pairs ? `{${items.sort().join(',')}}` : `[${items.join(',')}]`;
}

function pairJson(pbf: PbfReader, end: number, depth: number): string {
  let key = '';
  let value = 'null';
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    if (field === 1) key = readText(pbf, end);
    else if (field === 2) {
      const stop = enter(pbf, end);
      value = valueJson(pbf, pbf.pos, stop, depth);
      pbf.pos = stop;
    }
  }
  leave(pbf, end);
  return `${JSON.stringify(key)}:${value}`;
}
