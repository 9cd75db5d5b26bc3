import { compareKeys } from '../store/keys.ts';
import type { ObjectStore } from '../store/store.ts';
import { MANIFEST_FILE, type Manifest, readManifest } from './manifest.ts';

/** A row of the table of datasets. */
export interface DatasetEntry {
  readonly run_id: string;
  readonly seed: number;
  readonly target: string;
  readonly window: Manifest['window'];
  /** Rows of the flat files. */
  readonly rows: number;
  /** Gates that it failed: see the manifest. */
  readonly forced: readonly string[];
  /** Of all files that the manifest names. */
  readonly bytes: number;
}

/** A folder of the bucket that is no readable dataset, and why. */
export interface UnreadableEntry {
  readonly run_id: string;
  readonly problem: string;
}

/** The datasets of a bucket, in order of their run ids; one that cannot be read is listed as such and hides no other. */
export async function listDatasets({
  datasets,
}: {
  datasets: ObjectStore;
}): Promise<(DatasetEntry | UnreadableEntry)[]> {
  const sealed = new Map<string, boolean>();
  for await (const { key } of datasets.list('')) {
    const slash = key.indexOf('/');
    if (slash < 0) continue;
    const runId = key.slice(0, slash);
    sealed.set(runId, (sealed.get(runId) ?? false) || key.slice(slash + 1) === MANIFEST_FILE);
  }
  const entries: (DatasetEntry | UnreadableEntry)[] = [];
  for (const runId of [...sealed.keys()].sort(compareKeys)) {
    const problem = 'not sealed: there is no manifest.json';
    entries.push(sealed.get(runId) ? await entryOf({ datasets, runId }) : { run_id: runId, problem });
  }
  return entries;
}

async function entryOf({
  datasets,
  runId,
}: {
  datasets: ObjectStore;
  runId: string;
}): Promise<DatasetEntry | UnreadableEntry> {
  try {
    const { manifest } = await readManifest({ datasets, runId });
    return {
      run_id: runId,
      seed: manifest.seed,
      target: manifest.target,
      window: manifest.window,
      forced: manifest.forced,
      rows: manifest.files.reduce((sum, { path, rows = 0 }) => sum + (path.includes('/') ? 0 : rows), 0),
      bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  } catch (error) {
    const { code } = error as { code?: string };
    // A store that denies or does not answer says so for the whole list.
    if (code === 'MANIFEST_INVALID' || code === 'RUN_ID_INVALID' || code === 'DATASET_NOT_FOUND') {
      return { run_id: runId, problem: (error as Error).message };
    }
    throw error;
  }
}
