import type { PbfReader } from 'pbf';
import { hexText } from '../hex.ts';
import type { LogRecord } from '../read/log.ts';
import { ATTR } from '../read/names.ts';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../read/span.ts';
import { type Origin, UNKNOWN } from '../read/walk.ts';
import { isEpochMs, wholeMs } from '../read/wire.ts';
import { mapChange } from './change.ts';
import { type ForeignLine, parseForeign } from './foreign.ts';
import { mapAccess } from './http.ts';
import { eventUid } from './identity.ts';
import { LogLine } from './line.ts';
import { epochMs, nanoText, type RowWriter, text } from './mapper.ts';
import { mapProcess } from './process.ts';
import { ERROR, levelSeverity, otlpLevel } from './severity.ts';
import { SLOT } from './slots.ts';

const LOG = text('log');
const UNPARSED = text('log.unparsed');
const LOGGED = text('Log');
const GENERAL_ERROR = text('General Error');
const TRANSLATION_ERROR = text('Translation Error');
const BASE = 0;
const APPLICATION_ERROR = 6008;

/** How often a foreign line without a place (file, offset) was seen in its object. */
export type Occurrences = Map<string, number>;

/** Log record → one row. The body is the raw line: ours by its `instance` and `line`, else foreign. */
export function mapLog(
  writer: RowWriter,
  record: LogRecord,
  origin: Origin,
  pbf: PbfReader,
  seen: Occurrences,
): void {
  const line = LogLine.parse(record.body);
  const time = line?.number('time') ?? Number.NaN;
  const count = line?.number('line') ?? Number.NaN;
  const instance = line?.text('instance');
  const file = record.attributes.text(ATTR['log.file.name']);
  if (line && instance && Number.isSafeInteger(count) && isEpochMs(time))
    mapOurLine(writer, line, origin, Math.floor(time));
  else mapForeignLine(writer, record, line, origin, pbf, seen);
  writer.id(SLOT.log_file, file >= 0 ? file : record.attributes.text(ATTR['fluent.tag']));
}

function mapOurLine(writer: RowWriter, line: LogLine, origin: Origin, time: number): void {
  writer.begin(LOG, BASE, origin, time);
  const instance = line.text('instance') as string;
  const count = line.number('line');
  const level = line.text('level');
  writer.text(SLOT.service, line.text('service'));
  writer.text(SLOT.reporter, line.text('service'));
  writer.text(SLOT.service_version, line.text('version'));
  writer.text(SLOT.instance, instance);
  writer.number(SLOT.line, count);
  writer.text(SLOT.level, level);
  writer.hex(SLOT.trace_id, hexOf(line.text('trace_id'), 32));
  writer.hex(SLOT.span_id, hexOf(line.text('span_id'), 16));
  writer.text(SLOT.request_id, line.text('request_id'));
  writer.text(SLOT.user_id, line.text('user_id'));
  writer.text(SLOT.job_id, line.text('job_id'));
  const error = line.nested('err');
  if (error) {
    writer.text(SLOT.error_type, error.text('type'));
    writer.text(SLOT.error_message, error.text('message'));
    writer.text(SLOT.error_stack, error.text('stack'));
    writer.text(SLOT.status_code, error.text('code'));
  }
  const event = line.text('event');
  if (event === 'http.access') mapAccess(writer, line);
  else if (event === 'change' && mapChange(writer, line, origin)) void 0;
  else if (event === 'process' && mapProcess(writer, line)) void 0;
  else mapPlain(writer, level, line.text('msg') ?? '');
  writer.longText(SLOT.attributes, line.rest());
  writer.hex(SLOT.event_uid, eventUid('line', instance, count, time));
}

/** An ordinary line → Base Event; from level error on → 6008 Application Error. */
function mapPlain(writer: RowWriter, level: string | undefined, message: string): void {
  const severity = levelSeverity(level);
  const error = severity >= ERROR;
  writer.id(SLOT.event_kind, LOG);
  writer.number(SLOT.class_uid, error ? APPLICATION_ERROR : BASE);
  writer.activity(error ? 1 : 99, error ? GENERAL_ERROR : LOGGED);
  writer.number(SLOT.severity_id, severity);
  if (error) writer.number(SLOT.status_id, 2);
  writer.longText(SLOT.message, message);
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
    mapPlain(writer, level, known.message);
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
  writer.hex(SLOT.event_uid, uid);
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
  const content = eventUid('content', origin.identity, nanoText(record.time), time, record.body, ...ids);
  const nth = (seen.get(content) ?? 0) + 1;
  seen.set(content, nth);
  return eventUid('content', content, nth);
}

const hexOf = (id: string | undefined, length: number): string | undefined =>
  id?.length === length && /^[0-9a-f]+$/.test(id) ? id : undefined;
