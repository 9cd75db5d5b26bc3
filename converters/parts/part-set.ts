import { createHash } from 'node:crypto';
import type { RejectReason } from '../errors.ts';
import type { Signal } from '../read/raw-object.ts';
import { parseRunId } from '../run/run-id.ts';
import { count, dictionary, epochMs, list, matching, object, oneOf, orNull, text } from '../run/shape.ts';

/** Raise it when parts of old can no longer be read. */
export const PART_VERSION = 5;

/** What became of one piece of a raw object. Its rows lie under `partRowsKey`. */
export interface Part {
  readonly signal: Signal;
  readonly read: number;
  readonly rows: number;
  readonly rejected: number;
  readonly outside_window: number;
  readonly reasons: Partial<Record<RejectReason, number>>;
  /** Least and greatest time of the rows; null where there are none. */
  readonly min_ms: number | null;
  readonly max_ms: number | null;
  /** Of its rows as stored, lower-case hex; null where there are none. */
  readonly sha256: string | null;
}

/** `parts/<run-id>/<name>.json`: put after the rows and the dead letters of its raw object, so that what it names is there. */
export interface PartSet {
  readonly version: typeof PART_VERSION;
  /** Key of the raw object. */
  readonly source: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly window: { readonly start_ms: number; readonly end_ms: number | null };
  /** One a piece, in the order of the object: the collector's objects are one. */
  readonly parts: readonly Part[];
}

const sha256 = matching(/^[0-9a-f]{64}$/);

/** The strict check of a part set as read back. */
export const partSetShape = object({
  ...{ version: oneOf(PART_VERSION), source: text, sha256, bytes: count },
  window: object({ start_ms: epochMs, end_ms: orNull(epochMs) }),
  parts: list(
    object({
      ...{ signal: oneOf('logs', 'traces', 'metrics'), read: count, rows: count, rejected: count },
      ...{ outside_window: count, reasons: dictionary(count), sha256: orNull(sha256) },
      ...{ min_ms: orNull(count), max_ms: orNull(count) },
    }),
  ),
});

/** A file name may have 255 bytes on every usual file system; behind it comes what kind of object it is. */
const LONGEST = 200;

/** `raw/2026/11/24/05/41/traces_<uuid>.binpb.gz` → `raw.2026.11.24.05.41.traces_<uuid>%2Ebinpb%2Egz`; one name a raw key. */
function partName(source: string): string {
  const name = source.replaceAll('%', '%25').replaceAll('.', '%2E').replaceAll('/', '.');
  if (Buffer.byteLength(name) <= LONGEST) return name;
  return `%long.${createHash('sha256').update(source).digest('hex')}`; // no key is escaped to that
}

/** No name of a source has "%p". */
const piece = (n: number): string => (n === 0 ? '' : `%p${n}`);

/** Prefix of all that is known of a run's raw objects. */
export const partsPrefix = (runId: string): string => `parts/${parseRunId(runId)}/`;
export const deadLettersPrefix = (runId: string): string => `dead-letter/${parseRunId(runId)}/`;

export const partSetKey = (runId: string, source: string): string =>
  `${partsPrefix(runId)}${partName(source)}.json`;
/** @param n which piece of the raw object, from 0 */
export const partRowsKey = (runId: string, source: string, n = 0): string =>
  `${partsPrefix(runId)}${partName(source)}${piece(n)}.rows`;
export const deadLetterKey = (runId: string, source: string, n = 0): string =>
  `${deadLettersPrefix(runId)}${partName(source)}${piece(n)}.ndjson`;

/** Keys of the dead letters that a raw object has. */
export const letterKeys = (runId: string, { source, parts }: PartSet): string[] =>
  parts.flatMap(({ rejected }, n) => (rejected > 0 ? [deadLetterKey(runId, source, n)] : []));

/** Keys of the rows that it names. */
export const rowsKeys = (runId: string, { source, parts }: PartSet): string[] =>
  parts.flatMap(({ rows }, n) => (rows > 0 ? [partRowsKey(runId, source, n)] : []));
