import type { RejectReason } from '../errors.ts';
import type { Signal } from '../read/raw-object.ts';

/** Raise it when parts of old can no longer be read. */
export const PART_VERSION = 1;

/** `parts/<run-id>/<name>.json`: put after the rows and the dead letters of its raw object, so that what it names is there. */
export interface PartSet {
  readonly version: typeof PART_VERSION;
  /** Key of the raw object. */
  readonly source: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly signal: Signal;
  readonly window: { readonly start_ms: number; readonly end_ms: number | null };
  readonly read: number;
  readonly rows: number;
  readonly rejected: number;
  readonly outside_window: number;
  readonly reasons: Partial<Record<RejectReason, number>>;
  /** Least and greatest time of the rows; null where there are none. */
  readonly min_ms: number | null;
  readonly max_ms: number | null;
}

/** `raw/2026/11/24/05/41/traces_<uuid>.binpb.gz` → `raw.2026.11.24.05.41.traces_<uuid>.binpb.gz`; one name a raw key. */
const partName = (source: string): string =>
  source.replaceAll('%', '%25').replaceAll('.', '%2E').replaceAll('/', '.');

export const partSetKey = (runId: string, source: string): string =>
  `parts/${runId}/${partName(source)}.json`;
export const partRowsKey = (runId: string, source: string): string =>
  `parts/${runId}/${partName(source)}.arrow.gz`;
export const deadLetterKey = (runId: string, source: string): string =>
  `dead-letter/${runId}/${partName(source)}.ndjson`;
