/** OTLP protobuf of made-up telemetry, written last field first, as the collector does. */
import { gzipSync } from 'node:zlib';
import { PbfWriter } from 'pbf';

export type Value = string | number | readonly string[];
export type Attributes = Readonly<Record<string, Value>>;

export interface Span {
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentId: Uint8Array | undefined;
  readonly name: string;
  readonly kind: number;
  /** Epoch ns. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Attributes;
}

/** What one service sent, of one signal. */
export interface Block<R> {
  readonly service: string;
  readonly records: readonly R[];
}

export const SCOPE = '@opentelemetry/instrumentation';
export const VERSION = '1.8.0';
export const instanceOf = (service: string): string => `${service}-1a2b3c4d`;

export const resourceOf = (service: string): Attributes => ({
  'service.name': service,
  'service.version': VERSION,
  'service.instance.id': instanceOf(service),
  'deployment.environment.name': 'local',
});

export const epochNs = (ms: number, ns = 0): bigint => BigInt(ms) * 1_000_000n + BigInt(ns);

/** One export request, gzip; the records are messages already. */
export function packed(blocks: readonly Block<Uint8Array>[]): Uint8Array {
  const request = new PbfWriter(new Uint8Array(1 << 20));
  for (const each of blocks) request.writeBytesField(1, block(each));
  return gzipSync(request.finish(), { level: 1 });
}

/** `ResourceSpans` and its like. */
function block({ service, records }: Block<Uint8Array>): Uint8Array {
  const scope = new PbfWriter(new Uint8Array(1 << 20));
  for (const record of records) scope.writeBytesField(2, record);
  const name = new PbfWriter();
  name.writeStringField(1, SCOPE);
  scope.writeBytesField(1, name.finish());
  const resource = new PbfWriter();
  writeAttributes(resource, 1, resourceOf(service));
  const whole = new PbfWriter(new Uint8Array(1 << 20));
  whole.writeBytesField(2, scope.finish());
  whole.writeBytesField(1, resource.finish());
  return whole.finish();
}

/** Used again and again. */
const [message, text, value, pair, element] = Array.from(
  { length: 5 },
  () => new PbfWriter(new Uint8Array(4096)),
) as [PbfWriter, PbfWriter, PbfWriter, PbfWriter, PbfWriter];

/** What was written, to be copied before more is. */
function taken(pbf: PbfWriter): Uint8Array {
  const bytes = pbf.buf.subarray(0, pbf.pos);
  pbf.pos = 0;
  return bytes;
}

export function spanMessage(span: Span): Uint8Array {
  const pbf = message;
  writeAttributes(pbf, 9, span.attributes);
  writeTime(pbf, 8, span.end);
  writeTime(pbf, 7, span.start);
  pbf.writeVarintField(6, span.kind);
  pbf.writeStringField(5, span.name);
  if (span.parentId) pbf.writeBytesField(4, span.parentId);
  pbf.writeBytesField(2, span.spanId);
  pbf.writeBytesField(1, span.traceId);
  return taken(pbf).slice();
}

/** A line as the collector reads it from a file: the body is its text. */
export function logMessage({
  observed,
  file,
  body,
}: {
  observed: bigint;
  file: string;
  body: string;
}): Uint8Array {
  const pbf = message;
  writeTime(pbf, 11, observed);
  writeAttributes(pbf, 6, { 'log.file.name': file });
  text.writeStringField(1, body);
  pbf.writeBytesField(5, taken(text));
  return taken(pbf).slice();
}

/** A gauge with one point. */
export function gaugeMessage({
  name,
  time,
  value,
  attributes,
}: {
  name: string;
  time: bigint;
  value: number;
  attributes: Attributes;
}): Uint8Array {
  const point = new PbfWriter();
  writeAttributes(point, 7, attributes);
  point.writeDoubleField(4, value);
  writeTime(point, 3, time);
  const data = new PbfWriter();
  data.writeBytesField(1, point.finish());
  const pbf = new PbfWriter(new Uint8Array(256));
  pbf.writeBytesField(5, data.finish());
  pbf.writeStringField(3, 'By');
  pbf.writeStringField(1, name);
  return pbf.finish();
}

function writeAttributes(pbf: PbfWriter, field: number, attributes: Attributes): void {
  for (const [key, of] of Object.entries(attributes)) {
    if (typeof of === 'number') value.writeVarintField(3, of);
    else if (typeof of === 'string') value.writeStringField(1, of);
    else {
      text.writeStringField(1, of[0] as string);
      element.writeBytesField(1, taken(text));
      value.writeBytesField(5, taken(element));
    }
    pair.writeStringField(1, key);
    pair.writeBytesField(2, taken(value));
    pbf.writeBytesField(field, taken(pair));
  }
}

function writeTime(pbf: PbfWriter, field: number, time: bigint): void {
  pbf.writeTag(field, 1);
  pbf.writeFixed32(Number(time & 0xffffffffn) | 0);
  pbf.writeFixed32(Number(time >> 32n) | 0);
}
