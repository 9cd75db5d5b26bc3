import { PbfWriter } from 'pbf';
import type { Signal } from './raw-object.ts';

export type Json = Record<string, unknown>;
export const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics'];
/** How a JSON member is written: its field number and kind; a nested table for a message. */
type Table = { readonly [name: string]: readonly [number, Kind | (() => Table)] };
type Kind =
  | 'string'
  | 'hex'
  | 'base64'
  | 'varint'
  | 'int64'
  | 'sint32'
  | 'bool'
  | 'fixed32'
  | 'fixed64'
  | 'double'
  | 'fixed64s'
  | 'uint64s'
  | 'doubles';

const anyValue = (): Table => ({
  stringValue: [1, 'string'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
  arrayValue: [5, () => ({ values: [1, anyValue] })],
  kvlistValue: [6, () => ({ values: [1, keyValue] })],
  bytesValue: [7, 'base64'],
});
const keyValue = (): Table => ({ key: [1, 'string'], value: [2, anyValue] });
const scope = (): Table => ({ name: [1, 'string'], version: [2, 'string'], attributes: [3, keyValue] });
const event = (): Table => ({ timeUnixNano: [1, 'fixed64'], name: [2, 'string'], attributes: [3, keyValue] });
const link = (): Table => ({ traceId: [1, 'hex'], spanId: [2, 'hex'], attributes: [4, keyValue] });
const span = (): Table => ({
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  parentSpanId: [4, 'hex'],
  name: [5, 'string'],
  kind: [6, 'varint'],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, keyValue],
  events: [11, event],
  links: [13, link],
  status: [15, () => ({ message: [2, 'string'], code: [3, 'varint'] })],
});
const logRecord = (): Table => ({
  timeUnixNano: [1, 'fixed64'],
  severityNumber: [2, 'varint'],
  severityText: [3, 'string'],
  body: [5, anyValue],
  attributes: [6, keyValue],
  traceId: [9, 'hex'],
  spanId: [10, 'hex'],
  observedTimeUnixNano: [11, 'fixed64'],
});
const numberPoint = (): Table => ({
  timeUnixNano: [3, 'fixed64'],
  asDouble: [4, 'double'],
  asInt: [6, 'fixed64'],
  attributes: [7, keyValue],
  flags: [8, 'varint'],
});
const histogramPoint = (): Table => ({
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'fixed64s'],
  explicitBounds: [7, 'doubles'],
  attributes: [9, keyValue],
  flags: [10, 'varint'],
  min: [11, 'double'],
  max: [12, 'double'],
});
const buckets = (): Table => ({ offset: [1, 'sint32'], bucketCounts: [2, 'uint64s'] });
const exponentialPoint = (): Table => ({
  attributes: [1, keyValue],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  scale: [6, 'sint32'],
  zeroCount: [7, 'fixed64'],
  positive: [8, buckets],
  negative: [9, buckets],
  flags: [10, 'varint'],
  min: [12, 'double'],
  max: [13, 'double'],
  zeroThreshold: [14, 'double'],
});
const summaryPoint = (): Table => ({
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  quantileValues: [6, () => ({ quantile: [1, 'double'], value: [2, 'double'] })],
  attributes: [7, keyValue],
  flags: [8, 'varint'],
});
const data = (point: () => Table) => (): Table => ({
  dataPoints: [1, point],
  aggregationTemporality: [2, 'varint'],
  isMonotonic: [3, 'bool'],
});
const metric = (): Table => ({
  name: [1, 'string'],
  unit: [3, 'string'],
  gauge: [5, data(numberPoint)],
  sum: [7, data(numberPoint)],
  histogram: [9, data(histogramPoint)],
  exponentialHistogram: [10, data(exponentialPoint)],
  summary: [11, data(summaryPoint)],
});
const request = (blocks: string, scopes: string, records: string, record: () => Table): Table => ({
  [blocks]: [
    1,
    () => ({
      resource: [1, () => ({ attributes: [1, keyValue] })],
      [scopes]: [2, () => ({ scope: [1, scope], [records]: [2, record] })],
    }),
  ],
});
const REQUESTS: Record<Signal, Table> = {
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
};

/** OTLP JSON (opentelemetry-proto, "JSON Protobuf Encoding": ids in hex, 64-bit integers as text) as OTLP protobuf. @throws where it is no JSON object */
export function otlpJsonToProtobuf({ json, signal }: { json: string; signal: Signal }): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(Math.max(1024, json.length)));
  // The collector's file and S3 exporters write one request a line.
  for (const line of json.split('\n')) if (line.trim() !== '') writeRequest(parseRequest(line), signal, pbf);
  return pbf.finish();
}

/** @throws where it is no JSON object */
export function parseRequest(json: string): Json {
  const value: unknown = JSON.parse(json);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('no OTLP request');
  return value as Json;
}

/** Of which signals a request holds records. */
export const signalsOf = (request: Json): Signal[] =>
  SIGNALS.filter((signal) => Object.keys(REQUESTS[signal]).some((blocks) => Array.isArray(request[blocks])));

/** Appends what a request holds of one signal. @throws where a value is not what its field holds */
export function writeRequest(request: Json, signal: Signal, pbf: PbfWriter): void {
  writeMessage(request, REQUESTS[signal], pbf);
}

function writeMessage(message: Json, table: Table, pbf: PbfWriter): void {
  for (const [name, value] of Object.entries(message)) {
    const entry = table[name];
    if (!entry || value === null || value === undefined) continue;
    const [field, kind] = entry;
    if (kind === 'fixed64s') pbf.writeBytesField(field, packed(value as unknown[], 'fixed64'));
    else if (kind === 'uint64s') pbf.writeBytesField(field, packed(value as unknown[], 'int64'));
    else if (kind === 'doubles') pbf.writeBytesField(field, packed(value as unknown[], 'double'));
    else for (const item of Array.isArray(value) ? value : [value]) writeField(field, kind, item, pbf);
  }
}

function writeField(
  field: number,
  kind: Exclude<Kind, 'fixed64s' | 'uint64s' | 'doubles'> | (() => Table),
  value: unknown,
  pbf: PbfWriter,
): void {
  if (typeof kind === 'function') {
    const nested = new PbfWriter(new Uint8Array(256));
    writeMessage(value as Json, kind(), nested);
    pbf.writeBytesField(field, nested.finish());
  } else if (kind === 'string') pbf.writeStringField(field, String(value));
  else if (kind === 'hex') pbf.writeBytesField(field, Buffer.from(String(value), 'hex'));
  else if (kind === 'base64') pbf.writeBytesField(field, Buffer.from(String(value), 'base64'));
  else if (kind === 'int64') {
    pbf.writeTag(field, 0);
    writeInt64(value, pbf);
  } else if (kind === 'sint32') pbf.writeSVarintField(field, Number(value));
  else if (kind === 'varint') pbf.writeVarintField(field, Number(value));
  else if (kind === 'bool') pbf.writeBooleanField(field, value === true);
  else {
    pbf.writeTag(field, kind === 'fixed32' ? 5 : 1);
    writeFixed(kind, value, pbf);
  }
}

/** `pbf` takes numbers, which are exact up to 2^53 only. */
function writeInt64(value: unknown, pbf: PbfWriter): void {
  if (Number.isSafeInteger(Number(value)) || !/^-?\d{1,20}$/.test(String(value))) {
    pbf.writeVarint(Number(value));
    return;
  }
  pbf.realloc(10);
  let left = BigInt.asUintN(64, BigInt(String(value)));
  for (; left > 0x7fn; left >>= 7n) pbf.buf[pbf.pos++] = Number(left & 0x7fn) | 0x80;
  pbf.buf[pbf.pos++] = Number(left);
}

function writeFixed(kind: 'fixed32' | 'fixed64' | 'double', value: unknown, pbf: PbfWriter): void {
  if (kind === 'double') pbf.writeDouble(Number(value));
  else if (kind === 'fixed32') pbf.writeFixed32(Number(value));
  else {
    const wide = BigInt.asUintN(64, BigInt(value as string));
    pbf.writeFixed32(Number(wide & 0xffffffffn) | 0);
    pbf.writeFixed32(Number(wide >> 32n) | 0);
  }
}

function packed(values: readonly unknown[], kind: 'fixed64' | 'int64' | 'double'): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(values.length * 8 + 8));
  for (const value of values)
    if (kind === 'int64') writeInt64(value, pbf);
    else writeFixed(kind, value, pbf);
  return pbf.finish();
}
