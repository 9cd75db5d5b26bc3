import { PbfReader } from 'pbf';
import type { Signal } from './raw-object.ts';

const [FIXED64, BYTES] = [1, 2];

/**
 * Which signal an OTLP protobuf request is of, by its first record: the three requests have the same blocks around them, and
 * nothing in the bytes names them. A span (trace.proto) begins with ids of 16 and 8 bytes and has two fixed64 times; a log
 * record (logs.proto) has no text in field 1 but a fixed64 time; a metric (metrics.proto) has its name there. Undefined where
 * there is no record, or it is none of these.
 */
export function signalIn(bytes: Uint8Array): Signal | undefined {
  try {
    for (const block of messages(bytes, 1))
      for (const scope of messages(block, 2))
        for (const record of messages(scope, 2)) return signalOfRecord(record);
  } catch {
    // no protobuf
  }
  return undefined;
}

function signalOfRecord(bytes: Uint8Array): Signal | undefined {
  const types = new Map<number, { type: number; length: number }>();
  const pbf = new PbfReader(bytes);
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    const { type } = pbf;
    const length = type === BYTES ? pbf.readVarint() : 0;
    if (type === BYTES) pbf.pos += length; // what is not read is passed over by itself
    if (!types.has(field)) types.set(field, { type, length });
  }
  if (pbf.pos !== bytes.length) return undefined;
  const is = (field: number, type: number, length?: number) => {
    const found = types.get(field);
    return found?.type === type && (length === undefined || found.length === length);
  };
  if (is(1, BYTES, 16) && is(2, BYTES, 8) && (is(7, FIXED64) || is(8, FIXED64))) return 'traces';
  if (is(1, FIXED64) || is(11, FIXED64)) return 'logs';
  if (is(1, BYTES) && [5, 7, 9, 10, 11].some((data) => is(data, BYTES))) return 'metrics';
  return undefined;
}

/** The messages in one field. @throws where it is no protobuf */
function* messages(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  const pbf = new PbfReader(bytes);
  for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
    if (field !== wanted || pbf.type !== BYTES) continue;
    const end = pbf.readVarint() + pbf.pos;
    if (end > bytes.length) throw new RangeError('a length goes beyond its message');
    yield bytes.subarray(pbf.pos, end);
    pbf.pos = end;
  }
}
