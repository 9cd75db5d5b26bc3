import { join } from 'node:path';
import { MANIFEST_FILE, type Manifest, type ManifestFile, readManifest } from '../dataset/manifest.ts';
import { stagedKey } from '../dataset/staged.ts';
import { ConverterError, throwIfStopped } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';

/** Files on their way at once; of a large one, a piece of it is held. */
const AT_ONCE = 6;

interface PublishOptions {
  readonly datasets: ObjectStore;
  readonly dir: string;
  readonly manifest: Manifest;
  /** Paths of the files that follow from the raw objects alone, and are the same bytes in every build of one version. */
  readonly merged: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

interface PutOptions {
  readonly keyOf: (file: ManifestFile) => string;
  readonly stop: AbortSignal | undefined;
  /** Asked before each file. */
  readonly unless?: () => Promise<boolean>;
}

/**
 * The dataset is there when its manifest is, which is put with create only: until then no reader trusts a file, so that a build
 * that was broken off is done again over its remains. What the judge wrote may differ between two builds at once (one is of a
 * newer version, say), and only that of the manifest may get the names.
 *
 *     merged files by path ─► judged ones by checksum ─► manifest, create only ─► judged ones by path ─► those by checksum removed
 *
 * A reader looks at both places ({@link fetchDataset}). Published again it does what a killed one left undone.
 *
 * Merged files of two builds differ where two versions of the converter made them. So the manifest is looked at before each of
 * them is put. What is on its way while the other's manifest appears still replaces a file of it, which `verify` then finds: two
 * versions must not seal one run in one moment.
 * @throws `CANCELLED`; `MANIFEST_DIFFERS` where another dataset has this run id; its files are left as they are
 */
export async function publish(options: PublishOptions): Promise<void> {
  const { datasets, dir, manifest, merged, signal } = options;
  const { run_id: runId, files } = manifest;
  const what = `sealing run ${runId}`;
  const key = `${runId}/${MANIFEST_FILE}`;
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const judged = files.filter(({ path }) => !merged.has(path));
  const put = async (of: readonly ManifestFile[], { keyOf, stop, unless = async () => false }: PutOptions) =>
    inLanes({
      ...{ items: of, count: AT_ONCE, signal: stop, what },
      lane: () => async (file) => {
        if (!(await unless())) await datasets.put(keyOf(file), { file: join(dir, file.path) });
      },
    });
  const byPath = ({ path }: ManifestFile): string => `${runId}/${path}`;
  /** Whether it is published; another dataset of this run id keeps its files. */
  const isThere = async (): Promise<boolean> => {
    const there = (await datasets.head(key)) !== undefined;
    if (there) await needSame({ datasets, key, text });
    return there;
  };
  const byChecksum = ({ sha256 }: ManifestFile): string => stagedKey(runId, sha256);
  /** But what a reader of the dataset that is there finds nowhere else. */
  const removeStaged = async (needed: ReadonlySet<string> = new Set()) => {
    for (const file of judged)
      if (!needed.has(file.sha256) || (await datasets.head(byPath(file))))
        await datasets.delete(byChecksum(file));
  };

  if (!(await isThere())) {
    const named = files.filter(({ path }) => merged.has(path));
    await put(named, { keyOf: byPath, stop: signal, unless: isThere });
    await put(judged, { keyOf: byChecksum, stop: signal });
    throwIfStopped({ signal, what });
    await create({ datasets, key, text }).catch(async (error) => {
      if (error instanceof ConverterError) await removeStaged(await checksumsOf({ datasets, runId }));
      throw error;
    });
  }
  await put(judged, { keyOf: byPath, stop: undefined }); // it is published: stopped or not, the rest of it follows
  await removeStaged();
}

interface ManifestText {
  readonly datasets: ObjectStore;
  readonly key: string;
  readonly text: string;
}

async function create({ datasets, key, text }: ManifestText): Promise<void> {
  try {
    await datasets.put(key, Buffer.from(text, 'utf8'), {
      ifNoneMatch: true,
      contentType: 'application/json',
    });
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_EXISTS')) throw error;
    await needSame({ datasets, key, text });
  }
}

/** Of the files of the dataset that is there. */
async function checksumsOf(of: { datasets: ObjectStore; runId: string }): Promise<Set<string>> {
  const { manifest } = await readManifest(of);
  return new Set(manifest.files.map(({ sha256 }) => sha256));
}

async function needSame({ datasets, key, text }: ManifestText): Promise<void> {
  const there = Buffer.from(await datasets.get(key)).toString('utf8');
  if (there === text) return;
  throw new ConverterError(
    'MANIFEST_DIFFERS',
    `${datasets.url}/${key} is another dataset: ${difference(there, text)}`,
  );
}

/** The first top-level member in which two manifests differ. */
function difference(there: string, here: string): string {
  try {
    const a = JSON.parse(there) as Record<string, unknown>;
    const b = JSON.parse(here) as Record<string, unknown>;
    const name = Object.keys({ ...a, ...b }).find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
    return name ? `its ${name} differs` : 'it is formatted otherwise';
  } catch {
    return 'it is no JSON';
  }
}
