import type { PbfReader } from 'pbf';
import { Malformed, type RejectReason } from '../errors.ts';
import { LogRecord } from '../read/log.ts';
import { MetricReader } from '../read/metric.ts';
import type { Signal } from '../read/raw-object.ts';
import { SpanRecord } from '../read/span.ts';
import { type Origin, type Visitor, walk } from '../read/walk.ts';
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
  /** For the rows of another object; whether numbers of templates and strings are the same, `rows.generation` says. */
  begin(rows: Rows): void;
  problem(row: number): string | undefined;
}

export interface ObjectToMap {
  readonly bytes: Uint8Array;
  readonly signal: Signal;
  readonly window: Window;
  /** Of the pieces of the same object before this one. */
  readonly seen?: Occurrences;
}

interface Readers {
  readonly logs: LogMapper;
  readonly visitors: Readonly<Record<Signal, RecordVisitor>>;
}

/** Reads and maps unpacked raw objects, one after another, into the same rows. */
export class ObjectMapper {
  readonly rows: Rows;
  readonly #likenesses: Likenesses;
  readonly #intake: Intake;
  #generation = -1;
  #made: Readers | undefined;

  constructor({
    rows = new Rows(),
    likenesses = new Likenesses(rows),
    check,
  }: {
    rows?: Rows;
    /** Of these rows. */
    likenesses?: Likenesses;
    check?: EventCheck;
  } = {}) {
    this.rows = rows;
    this.#likenesses = likenesses;
    this.#intake = new Intake(rows, check);
  }

  /** Adds the rows of an object. Never throws for what is in it. */
  map({ bytes, signal, window, seen = new Map() }: ObjectToMap): MappedObject {
    const intake = this.#intake;
    intake.begin(window);
    this.#likenesses.begin();
    const { logs, visitors } = this.#readers();
    logs.seen = seen;
    walk({ bytes, pool: this.rows.pool, visitor: visitors[signal] });
    return { rows: this.rows, rejected: intake.rejected, outside: intake.outside };
  }

  /** They remember numbers of strings, and begin anew with these. */
  #readers(): Readers {
    if (this.#made && this.#generation === this.rows.generation) return this.#made;
    this.#generation = this.rows.generation;
    const writer = new RowWriter(this.rows);
    const [intake, likenesses, { pool }] = [this.#intake, this.#likenesses, writer];
    const logs = new LogMapper(writer, likenesses);
    this.#made = {
      logs,
      visitors: {
        traces: new Records(intake, new SpanRecord(pool), new SpanMapper(writer, likenesses)),
        logs: new Records(intake, new LogRecord(pool), logs),
        metrics: new Metrics(intake, writer),
      },
    };
    return this.#made;
  }
}

/** Takes rows in that are done, or takes them back. */
class Intake {
  readonly rows: Rows;
  rejected: Rejected[] = [];
  outside = 0;
  readonly #check: EventCheck | undefined;
  #window: Window = { start_ms: 0, end_ms: 0 };

  constructor(rows: Rows, check: EventCheck | undefined) {
    this.rows = rows;
    this.#check = check;
  }

  begin(window: Window): void {
    this.#window = window;
    this.rejected = [];
    this.outside = 0;
    this.#check?.begin(this.rows);
  }

  /** The last row is done. @throws Malformed where it is no valid event */
  done(): void {
    const { rows } = this;
    rows.settle();
    const { start_ms, end_ms } = this.#window;
    const row = rows.length - 1;
    const time = (rows.numbers[SLOT.time] as Float64Array)[row] as number;
    const inside = time >= start_ms && time < end_ms;
    const problem = inside ? this.#check?.problem(row) : undefined;
    if (inside && problem === undefined) return;
    rows.drop();
    if (problem !== undefined) throw new Malformed('invalid_event', problem);
    this.outside += 1;
  }

  /** Mapping threw: a row that was begun since there were `before` is taken back. */
  failed(before: number, error: unknown): Malformed {
    if (this.rows.length > before) this.rows.drop();
    return error instanceof Malformed ? error : new Malformed('malformed_record');
  }
}

/** Of one signal: what becomes of its records. */
abstract class RecordVisitor implements Visitor {
  protected readonly intake: Intake;

  constructor(intake: Intake) {
    this.intake = intake;
  }

  abstract record(pbf: PbfReader, start: number, end: number, origin: Origin): void;

  reject(reason: RejectReason, start: number, end: number, detail?: string): void {
    this.intake.rejected.push({ reason, offset: start, length: end - start, ...(detail && { detail }) });
  }
}

/** One row a record: it is read, and then mapped. */
class Records<Of extends { read(pbf: PbfReader, end: number): void }> extends RecordVisitor {
  readonly #record: Of;
  readonly #mapper: { map(record: Of, origin: Origin, pbf: PbfReader): void };

  constructor(intake: Intake, record: Of, mapper: { map(record: Of, origin: Origin, pbf: PbfReader): void }) {
    super(intake);
    [this.#record, this.#mapper] = [record, mapper];
  }

  record(pbf: PbfReader, _start: number, end: number, origin: Origin): void {
    this.#record.read(pbf, end);
    const before = this.intake.rows.length;
    try {
      this.#mapper.map(this.#record, origin, pbf);
    } catch (error) {
      throw this.intake.failed(before, error);
    }
    this.intake.done();
  }
}

class Metrics extends RecordVisitor {
  readonly #writer: RowWriter;
  readonly #metric: MetricReader;

  constructor(intake: Intake, writer: RowWriter) {
    super(intake);
    [this.#writer, this.#metric] = [writer, new MetricReader(writer.pool)];
  }

  record(pbf: PbfReader, _start: number, end: number, origin: Origin): void {
    this.#metric.read(pbf, end, {
      sample: (point, value, suffix, labels, extra, whole) => {
        const before = this.intake.rows.length;
        try {
          mapSample({ writer: this.#writer, pbf, point, value, suffix, labels, extra, whole, origin });
        } catch (error) {
          throw this.intake.failed(before, error);
        }
        this.intake.done();
      },
      reject: (reason, start, stop, detail) => this.reject(reason, start, stop, detail),
    });
  }
}
