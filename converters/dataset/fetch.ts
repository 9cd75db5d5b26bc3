import { mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DETECTORS_FILE } from '../judge/detectors.ts';
import { inLanes } from '../lanes.ts';
import { isStoreError } from '../store/errors.ts';
import { errnoOf, writeWhole } from '../store/files.ts';
import type { ObjectStore } from '../store/store.ts';
import { downloadPieces } from './download-pieces.ts';
import { checksumMismatch, fileMissing, targetTaken } from './errors.ts';
import { filesBelow } from './files-below.ts';
import { MANIFEST_FILE, type ManifestFile, readManifest } from './manifest.ts';
import { placesOf } from './staged.ts';
import { hashFile, LABELS } from './sums.ts';
import { LANES, Transfer, type TransferProgress, type Transferred } from './transfer.ts';

export interface FetchOptions {
  readonly datasets: ObjectStore;
  readonly runId: string;
  /** Folder that the dataset becomes. */
  readonly to: string;
  /** Bring the ground truth (`labels/`) too. */
  readonly labels?: boolean;
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a sealed dataset into a folder, every checksum verified before the folder gets its name:
 *
 *   manifest ─► <to>.partial/… each file: piece by piece, hash ─► manifest.json ─► rename to <to>
 *
 * Interrupted, it goes on where it was: files of `<to>.partial` with the right hash are kept, and pieces of the others. A folder that holds the
 * same dataset already is completed in place (labels fetched later, a damaged file).
 * @throws `DATASET_NOT_FOUND`, `MANIFEST_INVALID`, `FILE_MISSING`, `CHECKSUM_MISMATCH`, `TARGET_TAKEN`, `DISK_FULL`
 */
export async function fetchDataset(options: FetchOptions): Promise<Transferred> {
  const { datasets, runId, labels = false, signal } = options;
  const to = resolve(options.to);
  const { manifest, bytes } = await readManifest({ datasets, runId });
  const wanted = manifest.files.filter(({ path }) => labels || !path.startsWith(LABELS));
  const inPlace = await holdsManifest({ to, bytes });
  const folder = inPlace ? to : `${to}.partial`;
  if (!inPlace) await removeUnnamed({ folder, wanted });

  const kept = await fetchAll({ ...options, wanted, folder, inPlace });
  if (labels) await fetchDetectors({ ...options, folder });
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
async function removeUnnamed({
  folder,
  wanted,
}: {
  folder: string;
  wanted: readonly ManifestFile[];
}): Promise<void> {
  const named = new Set(wanted.flatMap(({ path }) => [path, unchecked(path)]));
  for (const path of await filesBelow(folder))
    if (!named.has(path)) await rm(join(folder, path), { force: true });
}

async function fetchAll(
  options: FetchOptions & { wanted: readonly ManifestFile[]; folder: string; inPlace: boolean },
): Promise<number> {
  const { wanted, onProgress, signal } = options;
  const transfer = new Transfer({ files: wanted, onProgress });
  await inLanes({
    ...{ items: wanted, count: LANES, signal, what: `fetching run ${options.runId}` },
    lane: () => async (file) => {
      const begun = transfer.begin(file);
      const kept = await isWhole({ ...options, file });
      if (!kept) await fetchFile({ ...options, file, onBytes: begun.at });
      begun.done({ kept });
    },
  }).catch((error) => {
    throw signal?.aborted ? signal.reason : error;
  });
  return transfer.kept;
}

type FileOptions = FetchOptions & { folder: string; file: ManifestFile; inPlace: boolean };

async function isWhole({ folder, file, signal }: FileOptions): Promise<boolean> {
  const path = join(folder, file.path);
  const found = await stat(path).catch(() => undefined);
  return (
    found?.isFile() === true &&
    found.size === file.bytes &&
    (await hashFile(path, signal)).sha256 === file.sha256
  );
}

/** Under a name of its own until its hash is known, so that a damaged download never replaces anything. */
const unchecked = (path: string): string => `${path}.unchecked`;

async function fetchFile(options: FileOptions & { onBytes: (count: number) => void }): Promise<void> {
  const { datasets, runId, folder, file, inPlace, onBytes, signal } = options;
  const path = join(folder, file.path);
  const part = unchecked(path);
  let [actual, missing]: [string, unknown] = ['', undefined];
  await mkdir(dirname(path), { recursive: true });
  try {
    for (const key of placesOf(runId, file)) {
      try {
        await downloadPieces({ datasets, key, size: file.bytes, file: part, signal, onBytes });
        actual = (await hashFile(part, signal)).sha256;
        if (actual === file.sha256) return await takeName(options, part, path);
      } catch (error) {
        if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
        missing = error;
      }
      await rm(part, { force: true });
    }
  } finally {
    // The pieces of a folder in the making are kept for the next time.
    if (inPlace) await rm(part, { force: true });
  }
  if (actual === '') throw fileMissing({ path: file.path, store: datasets.url, runId, cause: missing });
  throw checksumMismatch({ path: file.path, expected: file.sha256, actual, source: datasets.url });
}

async function takeName(options: FileOptions, part: string, path: string): Promise<void> {
  try {
    await rename(part, path);
  } catch (error) {
    // Another fetch into the same folder was faster.
    if (errnoOf(error) !== 'ENOENT' || !(await isWhole(options))) throw error;
  }
}

/** What detectors said of it, where they ran; it names the faults, as the labels do. A report that was made here stays. */
async function fetchDetectors({ datasets, runId, folder }: FetchOptions & { folder: string }): Promise<void> {
  const path = join(folder, DETECTORS_FILE);
  if (await stat(path).catch(() => undefined)) return;
  const part = unchecked(path);
  await mkdir(dirname(path), { recursive: true });
  try {
    await datasets.download(`${runId}/${DETECTORS_FILE}`, part);
    await rename(part, path);
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
  } finally {
    await rm(part, { force: true });
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
