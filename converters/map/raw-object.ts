import { Malformed, type RejectReason } from '../errors.ts';
import { LogRecord } from '../read/log.ts';
import { MetricReader } from '../read/metric.ts';
import type { Signal } from '../read/raw-object.ts';
import { SpanRecord } from '../read/span.ts';
import { type Visitor, walk } from '../read/walk.ts';
import { Likenesses } from './likenesses.ts';
import { LogMapper, type Occurrences } from './log.ts';
import { type Rejected, RowWriter, type Window } from './mapper.ts';
import { mapSample } from './metric.ts';
import { Rows } from './rows.ts';
import { SLOT } from './slots.ts';
import { SpanMapper } from './span.ts';

/** `read = rows.length + rejected.length + outside`. */
export interface MappedObject {
  readonly rows: Rows;
  readonly rejected: readonly Rejected[];
  readonly outside: number;
}

/** Looks an event over when it was mapped: what is wrong with it, undefined where nothing is. */
export interface EventCheck {
  /** Row numbers and strings are those of another object from now on. */
  begin(rows: Rows): void;
  problem(row: number): string | undefined;
}

/** Reads and maps one unpacked raw object. Never throws for what is in it. */
export function mapObject({
  bytes,
  signal,
  window,
  rows = new Rows(),
  likenesses = new Likenesses(rows),
  check,
  seen = new Map(),
}: {
  bytes: Uint8Array;
  signal: Signal;
  window: Window;
  rows?: Rows;
  /** Of these rows: what was learned from the objects before. */
  likenesses?: Likenesses | undefined;
  check?: EventCheck;
  /** Of the pieces of the same object before this one. */
  seen?: Occurrences;
}): MappedObject {
  check?.begin(rows);
  const { pool } = rows;
  const writer = new RowWriter(rows);
  const rejected: Rejected[] = [];
  let outside = 0;
  const times = () => rows.numbers[SLOT.time] as Float64Array;
  const reject = (reason: RejectReason, start: number, end: number, detail?: string): void => {
    rejected.push({ reason, offset: start, length: end - start, ...(detail && { detail }) });
  };
  /** Maps one record; a row that was begun and failed, or lies outside of the window, is taken back. */
  const guarded = (map: () => void): void => {
    const before = rows.length;
    try {
      map();
    } catch (error) {
      if (rows.length > before) rows.drop();
      throw error instanceof Malformed ? error : new Malformed('malformed_record');
    }
    rows.settle();
    const time = times()[rows.length - 1] as number;
    const inside = time >= window.start_ms && time < window.end_ms;
    const problem = inside ? check?.problem(rows.length - 1) : undefined;
    if (inside && problem === undefined) return;
    rows.drop();
    if (problem !== undefined) throw new Malformed('invalid_event', problem);
    outside += 1;
  };
  const span = new SpanRecord(pool);
  const spans = new SpanMapper(writer, likenesses);
  const logs = new LogMapper(writer, likenesses, seen);
  const log = new LogRecord(pool);
  const metric = new MetricReader(pool);
  const record: Record<Signal, Visitor['record']> = {
    traces(pbf, _start, end, origin) {
      span.read(pbf, end);
      guarded(() => spans.map(span, origin, pbf));
    },
    logs(pbf, _start, end, origin) {
      log.read(pbf, end);
      guarded(() => logs.map(log, origin, pbf));
    },
    metrics(pbf, _start, end, origin) {
      metric.read(pbf, end, {
        sample: (point, value, suffix, labels, extra, whole) =>
          guarded(() => mapSample({ writer, pbf, point, value, suffix, labels, extra, whole, origin })),
        reject,
      });
    },
  };
  walk({ bytes, pool, visitor: { record: record[signal], reject } });
  return { rows, rejected, outside };
}
