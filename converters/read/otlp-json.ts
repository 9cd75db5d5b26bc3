import { PbfWriter } from 'pbf';
import {
  base64,
  bool,
  double,
  doubles,
  fixed64,
  fixed64s,
  hex,
  int64,
  type Json,
  message,
  request,
  sint32,
  string,
  uint64s,
  varint,
  type Write,
} from './json-fields.ts';
import type { Signal } from './raw-object.ts';

export type { Json };
export const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics'];

const anyValue: Write = message(() => ({
  stringValue: [1, string],
  boolValue: [2, bool],
  intValue: [3, int64],
  doubleValue: [4, double],
  arrayValue: [5, message(() => ({ values: [1, anyValue] }))],
  kvlistValue: [6, message(() => ({ values: [1, keyValue] }))],
  bytesValue: [7, base64],
}));
const keyValue: Write = message(() => ({ key: [1, string], value: [2, anyValue] }));
const scope = message(() => ({ name: [1, string], version: [2, string], attributes: [3, keyValue] }));
const event = message(() => ({ timeUnixNano: [1, fixed64], name: [2, string], attributes: [3, keyValue] }));
const link = message(() => ({ traceId: [1, hex], spanId: [2, hex], attributes: [4, keyValue] }));
const span = message(() => ({
  traceId: [1, hex],
  spanId: [2, hex],
  parentSpanId: [4, hex],
  name: [5, string],
  kind: [6, varint],
  startTimeUnixNano: [7, fixed64],
  endTimeUnixNano: [8, fixed64],
  attributes: [9, keyValue],
  events: [11, event],
  links: [13, link],
  status: [15, message(() => ({ message: [2, string], code: [3, varint] }))],
}));
const logRecord = message(() => ({
  timeUnixNano: [1, fixed64],
  severityNumber: [2, varint],
  severityText: [3, string],
  body: [5, anyValue],
  attributes: [6, keyValue],
  traceId: [9, hex],
  spanId: [10, hex],
  observedTimeUnixNano: [11, fixed64],
}));
const numberPoint = message(() => ({
  timeUnixNano: [3, fixed64],
  asDouble: [4, double],
  asInt: [6, fixed64],
  attributes: [7, keyValue],
  flags: [8, varint],
}));
const histogramPoint = message(() => ({
  timeUnixNano: [3, fixed64],
  count: [4, fixed64],
  sum: [5, double],
  bucketCounts: [6, fixed64s],
  explicitBounds: [7, doubles],
  attributes: [9, keyValue],
  flags: [10, varint],
  min: [11, double],
  max: [12, double],
}));
const buckets = message(() => ({ offset: [1, sint32], bucketCounts: [2, uint64s] }));
const exponentialPoint = message(() => ({
  attributes: [1, keyValue],
  timeUnixNano: [3, fixed64],
  count: [4, fixed64],
  sum: [5, double],
  scale: [6, sint32],
  zeroCount: [7, fixed64],
  positive: [8, buckets],
  negative: [9, buckets],
  flags: [10, varint],
  min: [12, double],
  max: [13, double],
  zeroThreshold: [14, double],
}));
const summaryPoint = message(() => ({
  timeUnixNano: [3, fixed64],
  count: [4, fixed64],
  sum: [5, double],
  quantileValues: [6, message(() => ({ quantile: [1, double], value: [2, double] }))],
  attributes: [7, keyValue],
  flags: [8, varint],
}));
const data = (point: Write) =>
  message(() => ({
    dataPoints: [1, point],
    aggregationTemporality: [2, varint],
    isMonotonic: [3, bool],
  }));
const metric = message(() => ({
  name: [1, string],
  unit: [3, string],
  gauge: [5, data(numberPoint)],
  sum: [7, data(numberPoint)],
  histogram: [9, data(histogramPoint)],
  exponentialHistogram: [10, data(exponentialPoint)],
  summary: [11, data(summaryPoint)],
}));
const resource = message(() => ({ attributes: [1, keyValue] }));
const requestOf = (blocks: string, scopes: string, records: string, record: Write) => {
  const scopeBlock = message(() => ({ scope: [1, scope], [records]: [2, record] }));
  const block = message(() => ({ resource: [1, resource], [scopes]: [2, scopeBlock] }));
  return { blocks, write: request({ [blocks]: [1, block] }) };
};
const REQUESTS = {
  traces: requestOf('resourceSpans', 'scopeSpans', 'spans', span),
  logs: requestOf('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  metrics: requestOf('resourceMetrics', 'scopeMetrics', 'metrics', metric),
} as const satisfies Record<Signal, unknown>;

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
  SIGNALS.filter((signal) => Array.isArray(request[REQUESTS[signal].blocks]));

/** Appends what a request holds of one signal. @throws where a value is not what its field holds */
export function writeRequest(request: Json, signal: Signal, pbf: PbfWriter): void {
  REQUESTS[signal].write(request, pbf);
}
