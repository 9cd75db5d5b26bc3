import type { PbfReader } from 'pbf';
import { Malformed } from '../errors.ts';
import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { elapsedNs } from '../read/wire.ts';
import { spanUid } from './identity.ts';
import { mapKind } from './kind.ts';
import { epochMs, type RowWriter, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'].map(text);
const STATUSES = ['UNSET', 'OK', 'ERROR'].map(text);
const UNSPECIFIED = KINDS[0] as number;
const UNSET = STATUSES[0] as number;

/** Span → one row. What its kind's mapper asks no attribute for is kept in `attributes`, and so are those of the resource. */
export function mapSpan(writer: RowWriter, span: SpanRecord, origin: Origin, pbf: PbfReader): void {
  const time = epochMs(span.start);
  const end = epochMs(span.end);
  const ns = elapsedNs(span.start, span.end);
  if (ns < 0) throw new Malformed('invalid_time');
  mapKind(writer, span, origin, time);
  const { attributes, kind } = span;
  writer.bytes(SLOT.trace_id, pbf.buf, span.traceAt);
  writer.bytes(SLOT.span_id, pbf.buf, span.spanAt);
  writer.bytes(SLOT.parent_span_id, pbf.buf, span.parentAt);
  writer.id(SLOT.span_kind, KINDS[kind] ?? UNSPECIFIED);
  writer.id(SLOT.span_name, span.name);
  writer.id(SLOT.span_status, STATUSES[span.status] ?? UNSET);
  writer.number(SLOT.start_time, time);
  writer.number(SLOT.end_time, end);
  writer.number(SLOT.duration_us, ns / 1000);
  writer.id(SLOT.request_id, attributes.text(ATTR['http.request.header.x_request_id']));
  if (span.statusMessage >= 0) writer.id(SLOT.status_detail, span.statusMessage);
  const failure = attributes.text(ATTR['error.type']);
  writer.id(SLOT.error_type, failure);
  if (span.hasException) {
    writer.id(SLOT.error_type, span.exception.text(ATTR['exception.type']));
    writer.id(SLOT.error_message, span.exception.text(ATTR['exception.message']));
    writer.id(SLOT.error_stack, span.exception.text(ATTR['exception.stacktrace']));
  }
  if (span.events) writer.longText(SLOT.span_events, `[${span.events}]`);
  if (span.links) writer.longText(SLOT.span_links, `[${span.links}]`);
  writer.longText(SLOT.attributes, attributes.json(pbf, [], origin.rest));
  writer.hex(SLOT.event_uid, spanUid(pbf.buf, span));
}
