import type { Quality } from '../judge/quality.ts';
import { inLanes } from '../lanes.ts';
import { QUALITY_FILE } from '../report/files.ts';
import { isStoreError } from '../store/errors.ts';
import { compareKeys } from '../store/keys.ts';
import type { ObjectStore } from '../store/store.ts';
import { MANIFEST_FILE, type Manifest, readManifest } from './manifest.ts';
import { placesOf } from './staged.ts';

/** A row of the table of datasets. */
export interface DatasetEntry {
  readonly run_id: string;
  readonly seed: number;
  readonly target: string;
  /** Null: traffic alone, or one scenario, or nobody judged it. */
  readonly campaign: string | null;
  readonly window: Manifest['window'];
  /** Rows of the flat files. */
  readonly rows: number;
  /** Gates that it failed: see the manifest. */
  readonly forced: readonly string[];
  /** What `report/quality.json` says; null where there is none: telemetry of others is not judged. */
  readonly quality: {
    readonly sound: boolean;
    /** Checks that it fell short of, and that gate nothing. */
    readonly short: readonly string[];
  } | null;
  /** Of all files that the manifest names. */
  readonly bytes: number;
}

/** A folder of the bucket that is no readable dataset, and why. */
export interface UnreadableEntry {
  readonly run_id: string;
  readonly problem: string;
}

/** Datasets looked at, at once. */
const AT_ONCE = 8;

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
  const problem = 'not sealed: there is no manifest.json';
  await inLanes({
    ...{ items: sealed, count: AT_ONCE, signal: undefined, what: `listing ${datasets.url}` },
    lane:
      () =>
      async ([runId, isSealed]) => {
        entries.push(isSealed ? await entryOf({ datasets, runId }) : { run_id: runId, problem });
      },
  });
  return entries.sort((a, b) => compareKeys(a.run_id, b.run_id));
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
    const judged = await judgementOf({ datasets, manifest });
    return {
      run_id: runId,
      seed: manifest.seed,
      target: manifest.target,
      campaign: typeof judged?.campaign === 'string' ? judged.campaign : null,
      window: manifest.window,
      forced: manifest.forced,
      quality: judged ? { sound: judged.sound === true, short: shortOf(judged) } : null,
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

type Judged = Partial<Pick<Quality, 'campaign' | 'sound' | 'checks'>>;

/** Undefined where there is none, or it is damaged: `verify` says which. */
async function judgementOf({ datasets, manifest }: { datasets: ObjectStore; manifest: Manifest }) {
  const file = manifest.files.find(({ path }) => path === QUALITY_FILE);
  const places = file ? placesOf(manifest.run_id, file) : [`${manifest.run_id}/${QUALITY_FILE}`];
  for (const key of places)
    try {
      const judged: unknown = JSON.parse(Buffer.from(await datasets.get(key)).toString('utf8'));
      return typeof judged === 'object' && judged !== null ? (judged as Judged) : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
    }
  return undefined;
}

const shortOf = ({ checks }: Judged): string[] =>
  (Array.isArray(checks) ? checks : [])
    .filter(({ gate, ok }) => gate === false && ok === false)
    .map(({ name }) => String(name));
