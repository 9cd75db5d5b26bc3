import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DETECTORS_FILE } from '../judge/detectors.ts';
import { isStoreError } from '../store/errors.ts';
import { errnoOf, writeWhole } from '../store/files.ts';
import type { ObjectStore } from '../store/store.ts';
import { checksumMismatch, fileMissing, targetTaken } from './errors.ts';
import { filesBelow } from './files-below.ts';
import { MANIFEST_FILE, type ManifestFile, readManifest } from './manifest.ts';
import { stagedKey } from './staged.ts';
import { hashFile, LABELS } from './sums.ts';

export interface FetchOptions {
  readonly datasets: ObjectStore;
  readonly runId: string;
  /** Folder that the dataset becomes. */
  readonly to: string;
  /** Bring the ground truth (`labels/`) too. */
  readonly labels?: boolean;
  readonly onProgress?: (progress: FetchProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface FetchProgress {
  /** Files that are here and checked. */
  readonly done: number;
  readonly total: number;
  /** The file that was just finished. */
  readonly path: string;
  /** True where an earlier, interrupted fetch had brought it. */
  readonly kept: boolean;
}

export interface Fetched {
  readonly files: number;
  readonly bytes: number;
  /** Files that were here already. */
  readonly kept: number;
}

/** As many downloads at once. */
const LANES = 4;

/**
 * Copies a sealed dataset into a folder, every checksum verified before the folder gets its name:
 *
 *   manifest ─► <to>.partial/… each file: download, hash ─► manifest.json ─► rename to <to>
 *
 * Interrupted, it goes on where it was: files of `<to>.partial` with the right hash are kept. A folder that holds the
 * same dataset already is completed in place (labels fetched later, a damaged file).
 * @throws `DATASET_NOT_FOUND`, `MANIFEST_INVALID`, `FILE_MISSING`, `CHECKSUM_MISMATCH`, `TARGET_TAKEN`, `DISK_FULL`
 */
export async function fetchDataset(options: FetchOptions): Promise<Fetched> {
  const { datasets, runId, labels = false, signal } = options;
  const to = resolve(options.to);
  const { manifest, bytes } = await readManifest({ datasets, runId });
  const wanted = manifest.files.filter(({ path }) => labels || !path.startsWith(LABELS));
  const inPlace = await holdsManifest({ to, bytes });
  const folder = inPlace ? to : `${to}.partial`;
  if (!inPlace) await removeUnnamed({ folder, named: new Set(wanted.map(({ path }) => path)) });

  const kept = await fetchAll({ ...options, wanted, folder });
  await fetchDetectors({ ...options, folder });
  if (!inPlace) {
    signal?.throwIfAborted();
    await writeWhole({ path: join(folder, MANIFEST_FILE), body: bytes });
    await giveName({ folder, to, bytes });
  }
  return {
    files: wanted.length + 1,
    bytes: wanted.reduce((sum, file) => sum + file.bytes, bytes.length),
    kept,
  };
}

/** True where the goal is this very dataset. @throws `TARGET_TAKEN` where it is anything else but empty */
async function holdsManifest({ to, bytes }: { to: string; bytes: Uint8Array }): Promise<boolean> {
  const found = await stat(to).catch(() => undefined);
  if (!found) return false;
  if (!found.isDirectory()) throw targetTaken({ to, reason: 'it is not a folder' });
  if ((await readdir(to)).length === 0) return false;
  const present = await readFile(join(to, MANIFEST_FILE)).catch(() => undefined);
  if (!present) throw targetTaken({ to, reason: 'it holds other files and no manifest.json' });
  if (Buffer.compare(present, bytes) !== 0)
    throw targetTaken({ to, reason: 'it holds a dataset with another manifest' });
  return true;
}

/** What an earlier fetch of another dataset of this name may have left. */
async function removeUnnamed({ folder, named }: { folder: string; named: Set<string> }): Promise<void> {
  for (const path of await filesBelow(folder)) {
    if (!named.has(path)) await rm(join(folder, path), { force: true });
  }
}

async function fetchAll(
  options: FetchOptions & { wanted: readonly ManifestFile[]; folder: string },
): Promise<number> {
  const { wanted, onProgress, signal } = options;
  let [done, kept] = [0, 0];
  const queue = wanted.values();
  const failed = new AbortController();
  const lane = async () => {
    for (const file of queue) {
      signal?.throwIfAborted();
      if (failed.signal.aborted) return;
      const wasHere = await isWhole({ ...options, file });
      if (!wasHere) await fetchFile({ ...options, file });
      kept += Number(wasHere);
      onProgress?.({ done: ++done, total: wanted.length, path: file.path, kept: wasHere });
    }
  };
  const lanes = Array.from({ length: LANES }, () =>
    lane().catch((error) => {
      failed.abort();
      throw error;
    }),
  );
  // All lanes have ended before an error goes on: nobody writes into the folder afterwards.
  const results = await Promise.allSettled(lanes);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return kept;
}

type FileOptions = FetchOptions & { folder: string; file: ManifestFile };

async function isWhole({ folder, file, signal }: FileOptions): Promise<boolean> {
  const path = join(folder, file.path);
  const found = await stat(path).catch(() => undefined);
  return (
    found?.isFile() === true &&
    found.size === file.bytes &&
    (await hashFile(path, signal)).sha256 === file.sha256
  );
}

async function fetchFile(options: FileOptions): Promise<void> {
  const { datasets, runId, folder, file } = options;
  const byPath = `${runId}/${file.path}`;
  const path = join(folder, file.path);
  let [actual, missing]: [string, unknown] = ['', undefined];
  // A dataset that was published this moment may have it by its checksum still, and only then by its path.
  for (const key of [byPath, stagedKey(runId, file.sha256), byPath]) {
    // Under a name of its own until its hash is known, so that a damaged download never replaces anything.
    const unchecked = `${path}.unchecked`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await datasets.download(key, unchecked);
      actual = (await hashFile(unchecked, options.signal)).sha256;
      if (actual === file.sha256) return await rename(unchecked, path);
    } catch (error) {
      if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
      missing = error;
    } finally {
      await rm(unchecked, { force: true });
    }
  }
  if (actual === '') throw fileMissing({ path: file.path, store: datasets.url, runId, cause: missing });
  throw checksumMismatch({ path: file.path, expected: file.sha256, actual, source: datasets.url });
}

/** What detectors said of it, where they ran; a report that was made here stays. */
async function fetchDetectors({ datasets, runId, folder }: FetchOptions & { folder: string }): Promise<void> {
  const path = join(folder, DETECTORS_FILE);
  if (await stat(path).catch(() => undefined)) return;
  const unchecked = `${path}.unchecked`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await datasets.download(`${runId}/${DETECTORS_FILE}`, unchecked);
    await rename(unchecked, path);
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
  } finally {
    await rm(unchecked, { force: true });
  }
}

async function giveName({
  folder,
  to,
  bytes,
}: {
  folder: string;
  to: string;
  bytes: Uint8Array;
}): Promise<void> {
  await rmdir(to).catch(() => undefined);
  try {
    await rename(folder, to);
  } catch (error) {
    // Another fetch of the same dataset was faster.
    if (
      !['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOENT'].includes(errnoOf(error)) ||
      !(await holdsManifest({ to, bytes }))
    ) {
      throw error;
    }
    await rm(folder, { recursive: true, force: true });
  }
}
