/** Every error that the converter raises, with what to do about it. `cause` keeps what lay beneath. */
const PAGE = {
  PART_MISSING: 'a raw object has no part: convert the run again, then seal it',
  PART_INVALID: 'a part cannot be read: convert the run again, which replaces it',
  LEDGER_MISMATCH:
    'read must equal written + duplicate + rejected + outside_window: nothing was published; report this',
  MANIFEST_DIFFERS:
    'a dataset of this run id exists and differs: choose another run id, or delete the old dataset first',
  PARQUET_WRITE:
    'the Parquet file could not be written: see the cause; check the free space of the temporary folder',
  RAW_BUCKET_UNNAMED:
    'name the bucket of the raw objects in its environment: FAULTLINE_RAW of the function, RAW_URL of the worker’s image',
  SETTING_INVALID: 'correct that variable of the worker’s environment',
  NOT_CONVERTED: 'see the cause; the event is delivered again, and what was done is found and kept',
  NO_S3_EVENT:
    'something else than the bucket sends to this queue: see the message in the dead-letter queue, and stop its sender',
  OTHER_BUCKET:
    'the queue has the events of another bucket than FAULTLINE_RAW names: correct the one or the other, then redrive the dead letters',
  RAW_OBJECT_GONE:
    'it was deleted before it was converted: put it back and redrive the dead letters, or delete these',
  PORT_BUSY: 'another program listens there: stop it, or choose another port (0 picks a free one)',
  DEAD_LETTER_INVALID: 'a dead letter cannot be read: convert the run again, which replaces it',
  SOURCE_CHANGED:
    'a raw object is no longer the one that was converted, and raw objects never change: restore it, or convert what is there now under another run id',
  CANCELLED: 'cancelled: start it again, what was done is found and kept',
} as const;

export type ConverterErrorCode = keyof typeof PAGE;

/** `code` is stable; the text says subject, rule and actual value, and ends with what to do. */
export class ConverterError extends Error {
  readonly code: ConverterErrorCode;
  constructor(code: ConverterErrorCode, subject: string, options?: { cause?: unknown }) {
    super(`${subject} (${code}: ${PAGE[code]})`, options);
    this.name = 'ConverterError';
    this.code = code;
  }
}

/** @throws `CANCELLED`; `what` says what was being done, and to which run */
export function throwIfStopped({ signal, what }: { signal: AbortSignal | undefined; what: string }): void {
  if (signal?.aborted) throw new ConverterError('CANCELLED', `${what} was stopped`, { cause: signal.reason });
}

/** Why a record was not taken: the closed list of `reason` in the dead letters and in the ledger. */
export const REJECT_REASONS = [
  /** The object is not gzip, or ends within it. */
  'not_gzip',
  /** More than 1 GiB when unpacked. */
  'object_too_large',
  /** The object's name belongs to no signal, or its JSON cannot be parsed. */
  'not_otlp',
  /** A length or tag of a resource or scope block is wrong; what follows in that block is one record. */
  'malformed_container',
  /** A length or tag inside one span, log record or metric is wrong. */
  'malformed_record',
  'invalid_utf8',
  /** A span without a 16-byte trace id and an 8-byte span id that are not all zero. */
  'invalid_id',
  /** Outside 2001 … 5138 (epoch milliseconds of 13 digits), or a span that ends before it starts. */
  'invalid_time',
  /** NaN or ±Inf, which neither JSON nor a mean can hold. */
  'not_finite',
  /** The point says itself that it has no value (OTLP flag 1: a staleness mark). */
  'no_recorded_value',
  /** Metrics of no known kind, or without a name. */
  'unsupported_metric',
  /** What it says makes no valid OCSF event; `detail` of the dead letter names the attribute. */
  'invalid_event',
] as const;
export type RejectReason = (typeof REJECT_REASONS)[number];

/** Raised while one record is read; caught by the reader, which rejects the record and goes on. */
export class Malformed extends Error {
  readonly reason: RejectReason;
  /** What exactly is wrong, where the reason alone does not say; holds no values of the record. */
  readonly detail: string | undefined;
  constructor(reason: RejectReason, detail?: string) {
    super(reason);
    this.reason = reason;
    this.detail = detail;
  }
}
