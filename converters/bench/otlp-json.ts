/** The same spans as OTLP JSON: ids in hex, 64-bit integers as text, one request a document, as the collector's exporters write it. */
import { gzipSync } from 'node:zlib';
import { type Attributes, type Block, resourceOf, SCOPE, type Span, type Value } from './otlp.ts';

/** One export request, gzip. */
export function packedJson(blocks: readonly Block<Span>[]): Uint8Array {
  const resourceSpans = blocks.map(({ service, records }) => ({
    resource: { attributes: pairs(resourceOf(service)) },
    scopeSpans: [{ scope: { name: SCOPE }, spans: records.map(jsonSpan) }],
  }));
  return gzipSync(JSON.stringify({ resourceSpans }), { level: 1 });
}

function jsonSpan({ traceId, spanId, parentId, name, kind, start, end, attributes }: Span) {
  return {
    traceId: hex(traceId),
    spanId: hex(spanId),
    parentSpanId: parentId ? hex(parentId) : '',
    name,
    kind,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(end),
    attributes: pairs(attributes),
    status: {},
  };
}

const pairs = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));

function anyValue(value: Value): object {
  if (typeof value === 'number') return { intValue: String(value) };
  if (typeof value === 'string') return { stringValue: value };
  return { arrayValue: { values: value.map(anyValue) } };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
