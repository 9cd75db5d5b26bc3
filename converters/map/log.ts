import type { PbfReader } from 'pbf';
import { hexText } from '../hex.ts';
import type { LogRecord } from '../read/log.ts';
import { ATTR } from '../read/names.ts';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../read/span.ts';
import { type Origin, UNKNOWN } from '../read/walk.ts';
import { isEpochMs, wholeMs } from '../read/wire.ts';
import { type ForeignLine, parseForeign } from './foreign.ts';
import { eventUid, uidText } from './identity.ts';
import type { Likenesses } from './likenesses.ts';
import { LogLine } from './line.ts';
import { epochMs, nanoText, type RowWriter, text } from './mapper.ts';
import { APPLICATION_ERROR, BASE, LOG, OurLineMapper, setPlain } from './our-line.ts';
import { levelSeverity, otlpLevel } from './severity.ts';
import { SLOT } from './slots.ts';

const UNPARSED = text('log.unparsed');
const TRANSLATION_ERROR = text('Translation Error');

/** How often a foreign line without a place (file, offset) was seen in its object. */
export type Occurrences = Map<string, number>;

/** Log records → one row each. The body is the raw line: ours by its `instance` and `line`, else foreign. */
export class LogMapper {
  readonly #writer: RowWriter;
  readonly #ours: OurLineMapper;
  /** In this object. */
  seen: Occurrences = new Map();

  constructor(writer: RowWriter, likenesses: Likenesses) {
    this.#writer = writer;
    this.#ours = new OurLineMapper(writer, likenesses);
  }

  map(record: LogRecord, origin: Origin, pbf: PbfReader): void {
    const line = LogLine.parse(record.body);
    const time = line?.number('time') ?? Number.NaN;
    const count = line?.number('line') ?? Number.NaN;
    const instance = line?.text('instance');
    const name = record.attributes.text(ATTR['log.file.name']);
    const file = name >= 0 ? name : record.attributes.text(ATTR['fluent.tag']);
    if (line && instance && Number.isSafeInteger(count) && isEpochMs(time))
      this.#ours.map(line, origin, { time: Math.floor(time), count, instance, file });
    else {
      mapForeignLine(this.#writer, record, line, origin, pbf, this.seen);
      this.#writer.id(SLOT.log_file, file);
    }
  }
}

function mapForeignLine(
  writer: RowWriter,
  record: LogRecord,
  line: LogLine | undefined,
  origin: Origin,
  pbf: PbfReader,
  seen: Occurrences,
): void {
  const known = (line ? fromJson(line, record) : parseForeign(record.body)) ?? fromRecord(record);
  const level = known?.level ?? otlpLevel(record.severity) ?? (record.severityText || undefined);
  // A line without a time of its own has that of its record, and that failing when the collector read it.
  const stamp = wholeMs(record.time) > 0 ? record.time : record.observed;
  const time = known?.time ?? epochMs(stamp);
  writer.begin(known ? LOG : UNPARSED, known ? BASE : APPLICATION_ERROR, origin, time);
  // Lines that a container's log driver forwards have the container's tag and nothing else to say whose they are.
  const tag = record.attributes.text(ATTR['fluent.tag']);
  if (origin.service === UNKNOWN && tag >= 0) {
    writer.id(SLOT.service, tag);
    writer.id(SLOT.reporter, tag);
  }
  writer.text(SLOT.level, level);
  if (known) {
    setPlain(writer, level);
    writer.longText(SLOT.message, known.message);
  } else {
    writer.activity(2, TRANSLATION_ERROR);
    writer.outcome(levelSeverity(level), 2);
    writer.longText(SLOT.message, record.body);
    writer.longText(SLOT.raw_data, record.body);
  }
  writer.bytes(SLOT.trace_id, pbf.buf, record.traceAt);
  writer.bytes(SLOT.span_id, pbf.buf, record.spanAt);
  const uid = foreignUid(writer, record, origin, pbf, known ? String(time) : '', seen);
  writer.longText(SLOT.attributes, joined(known?.rest, record.attributes.json(pbf, [], origin.rest)));
  writer.uid(uid);
}

/** Two JSON objects as one; what the line says goes before what was said of it. */
function joined(line: string | undefined, record: string | undefined): string | undefined {
  if (line === undefined || record === undefined) return line ?? record;
  const all = { ...JSON.parse(record), ...JSON.parse(line) };
  return JSON.stringify(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function fromJson(line: LogLine, record: LogRecord): ForeignLine | undefined {
  const own = line.number('time');
  const time = isEpochMs(own) ? Math.floor(own) : undefined;
  const message = line.text('msg') ?? line.text('message');
  if (message === undefined || (time === undefined && wholeMs(record.time) === 0)) return undefined;
  return { time, level: line.text('level'), message, rest: line.rest() };
}

/** A record whose sender says itself when it was and how grave: a good log, whatever its body is. */
function fromRecord({ time, severity, severityText, body }: LogRecord): ForeignLine | undefined {
  const said = otlpLevel(severity) !== undefined || severityText !== '';
  return said && wholeMs(time) > 0 ? { time: epochMs(time), level: undefined, message: body } : undefined;
}

/** (file, offset), or else (content, how often it was seen in this object). */
function foreignUid(
  writer: RowWriter,
  record: LogRecord,
  origin: Origin,
  { buf }: PbfReader,
  time: string,
  seen: Occurrences,
): string {
  const file = record.attributes.text(ATTR['log.file.name']);
  const offset = record.attributes.number(ATTR['log.file.record_offset']);
  if (file >= 0 && !Number.isNaN(offset))
    return eventUid('offset', origin.identity, writer.pool.text(file), offset, time, record.body);
  const tag = record.attributes.text(ATTR['fluent.tag']);
  const ids = tag < 0 ? [] : [writer.pool.text(tag)];
  if (record.traceAt >= 0) ids.push(hexText(buf, record.traceAt, TRACE_ID_BYTES));
  if (record.spanAt >= 0) ids.push(hexText(buf, record.spanAt, SPAN_ID_BYTES));
  const content = uidText(
    eventUid('content', origin.identity, nanoText(record.time), time, record.body, ...ids),
  );
  const nth = (seen.get(content) ?? 0) + 1;
  seen.set(content, nth);
  return eventUid('content', content, nth);
}
