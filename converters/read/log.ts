import type { PbfReader } from 'pbf';
import { Attributes } from './attributes.ts';
import { readId, SPAN_ID_BYTES, TRACE_ID_BYTES } from './span.ts';
import type { StringPool } from './strings.ts';
import { readText, valueJson } from './value-json.ts';
import { enter, type Fixed64, leave, readFixed64 } from './wire.ts';

/** One log record (logs.proto), read into the same object again and again. */
export class LogRecord {
  readonly time: Fixed64 = { low: 0, high: 0 };
  readonly observed: Fixed64 = { low: 0, high: 0 };
  /** OTLP severity number: 1–4 trace, 5–8 debug, 9–12 info, 13–16 warn, 17–20 error, 21–24 fatal; 0 not said. */
  severity = 0;
  severityText = '';
  /** The raw line; a body that is no string is printed as JSON. */
  body = '';
  /** Where in the buffer the bytes of the ids are; -1 where absent. */
  traceAt = -1;
  spanAt = -1;
  readonly attributes: Attributes;

  constructor(pool: StringPool) {
    this.attributes = new Attributes(pool);
  }

  read(pbf: PbfReader, end: number): void {
    this.time.low = this.time.high = this.observed.low = this.observed.high = 0;
    this.severity = 0;
    this.severityText = this.body = '';
    this.traceAt = this.spanAt = -1;
    this.attributes.reset();
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 1) readFixed64(pbf, end, this.time);
      else if (field === 11) readFixed64(pbf, end, this.observed);
      else if (field === 2) this.severity = pbf.readVarint();
      else if (field === 3) this.severityText = readText(pbf, end);
      else if (field === 5) this.body = readBody(pbf, end);
      else if (field === 6) this.attributes.read(pbf, end);
      else if (field === 9) this.traceAt = readId(pbf, end, TRACE_ID_BYTES);
      else if (field === 10) this.spanAt = readId(pbf, end, SPAN_ID_BYTES);
    }
    leave(pbf, end);
  }
}

function readBody(pbf: PbfReader, limit: number): string {
  const end = enter(pbf, limit);
  const start = pbf.pos;
  if (pbf.nextField(end) === 1) {
    const text = readText(pbf, end);
    if (pbf.pos === end) return text;
  }
  const json = valueJson(pbf, start, end, 0);
  pbf.pos = end;
  return json === 'null' ? '' : json;
}
