import type { RejectReason } from '../errors.ts';
import { Malformed } from '../errors.ts';
import type { Attributes } from '../read/attributes.ts';
import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import { fixed, type StringPool } from '../read/strings.ts';
import type { Origin } from '../read/walk.ts';
import { type Fixed64, isEpochMs, restNs, wholeMs } from '../read/wire.ts';
import type { Rows } from './rows.ts';
import { SLOT } from './slots.ts';

/** Event time, epoch ms; `end_ms` is exclusive. */
export interface Window {
  readonly start_ms: number;
  readonly end_ms: number;
}

export interface Rejected {
  readonly reason: RejectReason;
  /** Offset in the unpacked object, and length. */
  readonly offset: number;
  readonly length: number;
  /** What exactly is wrong, where the reason alone does not say. */
  readonly detail?: string | undefined;
}

/** Caption strings that every pool knows. */
export const text = fixed;

/** Sets a row's own slots from attributes that are a record's own. It is to ask for those alone, and to remember nothing. */
export type Bind = (writer: RowWriter, attributes: Attributes) => void;

/** Writes the slots of one row. */
export class RowWriter {
  readonly rows: Rows;
  readonly pool: StringPool;
  row = -1;
  /** What is to be done yet for the row. */
  readonly binds: Bind[] = [];

  constructor(rows: Rows) {
    this.rows = rows;
    this.pool = rows.pool;
  }

  begin(kind: number, classUid: number, origin: Origin, time: number): void {
    this.row = this.rows.add();
    this.binds.length = 0;
    this.id(SLOT.event_kind, kind);
    this.number(SLOT.class_uid, classUid);
    this.number(SLOT.time, time);
    this.id(SLOT.service, origin.service);
    this.id(SLOT.reporter, origin.service);
    this.id(SLOT.service_version, origin.version);
    this.id(SLOT.instance, origin.instance);
    this.id(SLOT.environment, origin.environment);
  }
  /** Begins a row whose shared slots are those of a template. */
  beginLike(template: number): void {
    this.row = this.rows.addLike(template);
  }
  /** What follows from attributes of the record's own: done when all else of the row is. */
  own(bind: Bind): void {
    this.binds.push(bind);
  }
  /** A pool id; -1 leaves the slot absent. */
  id(slot: number, id: number): void {
    this.rows.setText(slot, this.row, id);
  }
  /** The bytes of an id from `at` on; -1 leaves the slot absent. */
  bytes(slot: number, from: Uint8Array, at: number): void {
    if (at >= 0) this.rows.setId(slot, this.row, from, at);
  }
  /** An id as hex digits, not all of them zero; false, and the slot is absent, where it is none. */
  hex(slot: number, digits: string): boolean {
    return this.rows.setHex(slot, this.row, digits);
  }
  /** `event_uid`, as `identity.ts` gives it. */
  uid(bytes: string): void {
    this.rows.setLatin1(SLOT.event_uid, this.row, bytes);
  }
  has(slot: number): boolean {
    return this.rows.has(slot, this.row);
  }
  text(slot: number, value: string | undefined): void {
    if (value !== undefined) this.id(slot, this.pool.of(value));
  }
  /** Text that is not worth a lookup by its characters: hardly seen twice, or short. */
  longText(slot: number, value: string | undefined): void {
    if (value !== undefined) this.id(slot, this.pool.ofUncached(value));
  }
  /** NaN leaves the slot absent. */
  number(slot: number, value: number): void {
    this.rows.setNumber(slot, this.row, value);
  }
  /** Only what is an integer, not negative, of at most `bits` bits. */
  count(slot: number, value: number, bits: 31 | 53 = 53): void {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** bits) this.number(slot, value);
  }
  activity(id: number, name: number): void {
    this.number(SLOT.activity_id, id);
    this.id(SLOT.activity_name, name);
  }
  outcome(severityId: number, statusId: number): void {
    this.number(SLOT.severity_id, severityId);
    this.number(SLOT.status_id, statusId);
  }
}

/** Epoch ms of a `fixed64` timestamp. @throws Malformed `invalid_time` */
export function epochMs(ns: Fixed64): number {
  const ms = wholeMs(ns);
  if (!isEpochMs(ms)) throw new Malformed('invalid_time');
  return ms;
}
/** Decimal nanoseconds, exact. */
export const nanoText = (ns: Fixed64): string => `${wholeMs(ns)}${String(restNs(ns)).padStart(6, '0')}`;

/** OTel ERROR → Failure and High; OK and UNSET → Success and Informational. */
export function spanOutcome(writer: RowWriter, span: SpanRecord): void {
  if (span.status === 2) writer.outcome(4, 2);
  else writer.outcome(1, 1);
}

const UNNAMED = text('unnamed');
/** Pool id of a span's name. OCSF: an API call has an operation. */
export const operationOf = ({ name }: SpanRecord): number => (name >= 0 ? name : UNNAMED);

/** A {@link Bind}. */
export const setUser: Bind = (writer, attributes) =>
  writer.id(SLOT.user_id, attributes.text(ATTR['user.id']));
