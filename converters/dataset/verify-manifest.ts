import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { QUALITY_FILE } from '../report/files.ts';
import type { ObjectStore } from '../store/store.ts';
import { DatasetError } from './errors.ts';
import { type Finding, finding } from './finding.ts';
import { MANIFEST_FILE, type Manifest, readManifest } from './manifest.ts';
import { FLAT_FILES } from './verify-rows.ts';

/** Entry of a Parquet file's `key_value_metadata` in which its writer says what it belongs to. */
const PARQUET_ENTRY = 'storefront.dataset';

/**
 * No checksum covers the manifest itself, so what it says is compared with what covered files say of the same things: the
 * run id and OCSF version in the Parquet files' metadata, and every field that the judge's report has too.
 */
export async function verifyManifest({
  directory,
  manifest,
  whole,
}: {
  directory: string;
  manifest: Manifest;
  whole: ReadonlyMap<string, unknown>;
}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const path of FLAT_FILES)
    if (whole.has(path)) {
      const said = await parquetStatement(join(directory, path));
      findings.push(...differing(manifest, said, path, ['run_id', 'ocsf_version']));
    }
  if (whole.has(QUALITY_FILE)) {
    const said = jsonObject(await readFile(join(directory, QUALITY_FILE), 'utf8'));
    const forced = failedGates(said);
    findings.push(
      ...differing(manifest, { ...said, ...(forced && { forced }) }, QUALITY_FILE, Object.keys(manifest)),
    );
  }
  return findings;
}

/** `found` is false where the bucket has no such dataset; then nothing was compared. */
export async function verifyAgainstBucket({
  manifest,
  datasets,
}: {
  manifest: Manifest;
  datasets: ObjectStore;
}): Promise<{ findings: Finding[]; found: boolean }> {
  try {
    const sealed = await readManifest({ datasets, runId: manifest.run_id });
    const where = `${sealed.manifest.run_id}/${MANIFEST_FILE} of ${datasets.url}`;
    const fields = Object.keys({ ...manifest, ...sealed.manifest });
    return { findings: differing(manifest, { ...sealed.manifest }, where, fields), found: true };
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error;
    if (error.code === 'DATASET_NOT_FOUND') return { findings: [], found: false };
    return { findings: [finding(MANIFEST_FILE, 'MANIFEST_INVALID', error.message)], found: true };
  }
}

type Statement = Readonly<Record<string, unknown>>;

/** The two may differ in their own form (`schema_version`), not in what they say of the run. */
function differing(manifest: Manifest, said: Statement, where: string, fields: readonly string[]): Finding[] {
  const own = manifest as unknown as Statement;
  return (
    fields
      .filter((field) => field !== 'schema_version' && field in said)
      // The judge's `kinds` is a list with expectations; the rows themselves are counted elsewhere.
      .filter((field) => Array.isArray(said[field]) === Array.isArray(own[field]))
      .filter((field) => !isDeepStrictEqual(said[field], own[field]))
      .map((field) =>
        finding(
          MANIFEST_FILE,
          'MANIFEST_INVALID',
          `${field} must be what ${where} says, ${brief(said[field])}, got ${brief(own[field])}`,
        ),
      )
  );
}

/** What must have been forced; undefined where the report has no checks. */
function failedGates({ checks }: Statement): string[] | undefined {
  if (!Array.isArray(checks)) return undefined;
  return checks.filter(({ gate, ok }) => gate === true && ok === false).map(({ name }) => String(name));
}

async function parquetStatement(path: string): Promise<Statement> {
  const metadata = await parquetMetadataAsync(await asyncBufferFromFile(path)).catch(() => undefined);
  return jsonObject(metadata?.key_value_metadata?.find(({ key }) => key === PARQUET_ENTRY)?.value ?? '{}');
}

/** A file that is no JSON object says nothing. */
function jsonObject(text: string): Statement {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Statement) : {};
  } catch {
    return {};
  }
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
