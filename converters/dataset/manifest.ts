import { parseRunId, RUN_ID } from '../run/run-id.ts';
import {
  type Check,
  count,
  dictionary,
  epochMs,
  list,
  matching,
  number,
  object,
  oneOf,
  optional,
  orNull,
  parseShape,
  text,
} from '../run/shape.ts';
import { isStoreError } from '../store/errors.ts';
import { isKey } from '../store/keys.ts';
import type { ObjectStore } from '../store/store.ts';
import { datasetNotFound, manifestInvalid } from './errors.ts';

/** `manifest.json`, put last and with `If-None-Match: *`: a reader trusts nothing that it does not name. */
export interface Manifest {
  /** 1: made before datasets could be forced, or said what scales: as read, it has neither. */
  readonly schema_version: 1 | 2;
  readonly run_id: string;
  readonly target: string;
  readonly seed: number;
  readonly window: { readonly start_ms: number; readonly end_ms: number };
  readonly time_scale: number;
  /** Settings of the services that grow with it, by name. */
  readonly scaled: Readonly<Record<string, number>>;
  readonly plan_hash: string | null;
  readonly ocsf_version: '1.8.0';
  readonly versions: Readonly<Record<string, string>>;
  /** Checks that it failed and that gate it, by their names in `report/quality.json`: somebody published it nevertheless. */
  readonly forced: readonly string[];
  readonly files: readonly ManifestFile[];
  readonly ledger: Ledger;
  /** Rows per `event_kind`. */
  readonly kinds: Readonly<Record<string, number>>;
}

export interface ManifestFile {
  /** Path inside the dataset, `/` separated. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Rows of a Parquet file. */
  readonly rows?: number;
}

/** `read = written + duplicate + rejected + outside_window`, per input signal; `written` again per OCSF class. */
export interface Ledger {
  readonly inputs: Readonly<Record<'logs' | 'traces' | 'metrics', LedgerLine>>;
  readonly classes: Readonly<Record<string, number>>;
  readonly raw_objects: number;
}

export interface LedgerLine {
  readonly read: number;
  readonly written: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly outside_window: number;
}

export const MANIFEST_FILE = 'manifest.json';

const ledgerLine = object({
  read: count,
  written: count,
  duplicate: count,
  rejected: count,
  outside_window: count,
});

/** Paths of a manifest become paths of this computer: plain names only, so that none can lead out of the dataset. */
const datasetPath: Check = (value, path) =>
  typeof value === 'string' && isKey(value) && /^[A-Za-z0-9._=/-]+$/.test(value) && value !== MANIFEST_FILE
    ? []
    : [`${path} must be a plain path inside the dataset, got ${JSON.stringify(value)}`];

const fields = {
  run_id: matching(RUN_ID),
  target: text,
  seed: count,
  window: object({ start_ms: epochMs, end_ms: epochMs }),
  time_scale: number,
  plan_hash: orNull(text),
  ocsf_version: oneOf('1.8.0'),
  versions: dictionary(text),
  files: list(
    object({ path: datasetPath, bytes: count, sha256: matching(/^[0-9a-f]{64}$/), rows: optional(count) }),
  ),
  ledger: object({
    inputs: object({ logs: ledgerLine, traces: ledgerLine, metrics: ledgerLine }),
    classes: dictionary(count),
    raw_objects: count,
  }),
  kinds: dictionary(count),
};
const first = object({ ...fields, schema_version: oneOf(1) });
const second = object({
  ...{ ...fields, schema_version: oneOf(2) },
  ...{ scaled: dictionary(number), forced: list(text) },
});
const shape: Check = (value, path) =>
  ((value as { schema_version?: unknown } | null)?.schema_version === 1 ? first : second)(value, path);

/** Strict check of a value; an empty list where it is a manifest. */
export function manifestProblems(value: unknown): string[] {
  const problems = shape(value, 'manifest');
  if (problems.length > 0) return problems;
  const { files, window } = value as Manifest;
  const seen = new Set<string>();
  for (const { path } of files) {
    // Two names that differ in case only are one file on some systems.
    if (seen.has(path.toLowerCase())) problems.push(`manifest.files names ${path} twice`);
    seen.add(path.toLowerCase());
  }
  if (window.end_ms <= window.start_ms) problems.push('manifest.window.end_ms must be after start_ms');
  return problems;
}

/** @throws `MANIFEST_INVALID` */
export function parseManifest({ bytes, where }: { bytes: Uint8Array; where: string }): Manifest {
  const parsed = parseShape<Manifest>({ bytes, check: (value) => manifestProblems(value), root: 'manifest' });
  if (parsed.value === undefined)
    throw manifestInvalid({ where, problems: parsed.problems, cause: parsed.cause });
  return { ...parsed.value, scaled: parsed.value.scaled ?? {}, forced: parsed.value.forced ?? [] };
}

/** The text of `manifest.json`. @throws `MANIFEST_INVALID` */
export function formatManifest(manifest: Manifest): string {
  const problems = manifestProblems(manifest);
  if (problems.length > 0) throw manifestInvalid({ where: `the manifest of "${manifest.run_id}"`, problems });
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** A sealed dataset's manifest, and its bytes as they lie in the bucket. @throws `DATASET_NOT_FOUND`, `MANIFEST_INVALID` */
export async function readManifest({
  datasets,
  runId,
}: {
  datasets: ObjectStore;
  runId: string;
}): Promise<{ manifest: Manifest; bytes: Uint8Array }> {
  const key = `${parseRunId(runId)}/${MANIFEST_FILE}`;
  const where = `${key} of ${datasets.url}`;
  let bytes: Uint8Array;
  try {
    bytes = await datasets.get(key);
  } catch (error) {
    if (isStoreError(error, 'OBJECT_NOT_FOUND'))
      throw datasetNotFound({ runId, store: datasets.url, cause: error });
    throw error;
  }
  const manifest = parseManifest({ bytes, where });
  if (manifest.run_id !== runId) {
    throw manifestInvalid({
      where,
      problems: [`manifest.run_id must be "${runId}", got "${manifest.run_id}"`],
    });
  }
  return { manifest, bytes };
}
