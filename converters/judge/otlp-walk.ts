import { PbfReader } from 'pbf';

/*
 * As much of OTLP's protobuf as the judge needs, read by field numbers of
 * opentelemetry-proto 1.x (logs.proto, trace.proto, common.proto). It shares nothing with the converter's reader, so
 * that the two can contradict each other. Fields may come in any order.
 */

/** Bodies of log records that are text. */
export function walkLogBodies(bytes: Uint8Array, onBody: (body: string) => void): void {
  fields(bytes, (tag, data) => {
    if (tag !== 1 || !data) return; // LogsData.resource_logs
    fields(data, (tag, resourceLogs) => {
      if (tag !== 2 || !resourceLogs) return; // ResourceLogs.scope_logs
      fields(resourceLogs, (tag, record) => {
        if (tag !== 2 || !record) return; // ScopeLogs.log_records
        fields(record, (tag, body) => {
          if (tag !== 5 || !body) return; // LogRecord.body
          const text = textOf(body);
          if (text !== undefined) onBody(text);
        });
      });
    });
  });
}

/** A span of kind SERVER. */
export interface ServerSpan {
  /** service.name of its resource. */
  readonly service: string;
  readonly request_id: string;
  readonly start_ms: number;
}

const SERVER = 2;
/** The instrumentation writes "-" of a header's name as "_"; the convention keeps it. */
const REQUEST_ID = ['http.request.header.x_request_id', 'http.request.header.x-request-id'];

/** Server spans that carry a request id. */
export function walkServerSpans(bytes: Uint8Array, onSpan: (span: ServerSpan) => void): void {
  fields(bytes, (tag, resourceSpans) => {
    if (tag !== 1 || !resourceSpans) return; // TracesData.resource_spans
    let service = '';
    const spans: Omit<ServerSpan, 'service'>[] = [];
    fields(resourceSpans, (tag, part) => {
      if (!part) return;
      if (tag === 1) service = attributeOf({ bytes: part, field: 1, keys: ['service.name'] }) ?? '';
      if (tag !== 2) return; // ResourceSpans.scope_spans
      fields(part, (tag, span) => {
        if (tag === 2 && span) addServerSpan(span, spans); // ScopeSpans.spans
      });
    });
    for (const span of spans) onSpan({ service, ...span });
  });
}

function addServerSpan(bytes: Uint8Array, spans: Omit<ServerSpan, 'service'>[]): void {
  let [kind, start_ms] = [0, 0];
  fields(bytes, (tag, _, number) => {
    if (tag === 6) kind = number; // Span.kind
    if (tag === 7) start_ms = Math.floor(number / 1e6); // Span.start_time_unix_nano
  });
  if (kind !== SERVER) return;
  const request_id = attributeOf({ bytes, field: 9, keys: REQUEST_ID });
  if (request_id) spans.push({ request_id, start_ms });
}

/** Text of the first of the attributes that is there. */
function attributeOf({
  bytes,
  field,
  keys,
}: {
  bytes: Uint8Array;
  field: number;
  keys: string[];
}): string | undefined {
  let found: string | undefined;
  fields(bytes, (tag, attribute) => {
    if (tag !== field || !attribute || found !== undefined) return;
    let [key, value] = ['', undefined as string | undefined];
    fields(attribute, (tag, part) => {
      if (!part) return;
      if (tag === 1) key = utf8.decode(part); // KeyValue.key
      if (tag === 2) value = textOf(part); // KeyValue.value
    });
    if (keys.includes(key)) found = value;
  });
  return found;
}

/** AnyValue → its string, or the first string of its array. */
function textOf(bytes: Uint8Array): string | undefined {
  let text: string | undefined;
  fields(bytes, (tag, part) => {
    if (!part) return;
    if (tag === 1) text = utf8.decode(part); // AnyValue.string_value
    if (tag !== 5) return; // AnyValue.array_value
    fields(part, (tag, item) => {
      if (tag === 1 && item) text ??= textOf(item); // ArrayValue.values
    });
  });
  return text;
}

const utf8 = new TextDecoder();

/** Calls for each field: of length-delimited ones with the bytes, of others with the number (64 bits lose nanoseconds). */
function fields(
  bytes: Uint8Array,
  onField: (tag: number, data: Uint8Array | undefined, number: number) => void,
): void {
  const pbf = new PbfReader(bytes);
  while (pbf.pos < pbf.length) {
    const key = pbf.readVarint();
    const [tag, type] = [key >>> 3, key & 7];
    if (type === 2) {
      const end = pbf.readVarint() + pbf.pos;
      if (end > pbf.length) throw new Error(`field ${tag} ends at byte ${end} of ${pbf.length}`);
      onField(tag, bytes.subarray(pbf.pos, end), 0);
      pbf.pos = end;
    } else if (type === 1) onField(tag, undefined, pbf.readFixed64());
    else if (type === 0) onField(tag, undefined, pbf.readVarint());
    else if (type === 5) onField(tag, undefined, pbf.readFixed32());
    else throw new Error(`field ${tag} has the unknown wire type ${type}`);
    if (pbf.pos > pbf.length) throw new Error(`field ${tag} ends after byte ${pbf.length}`);
  }
}
