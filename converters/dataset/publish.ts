import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfStopped } from '../errors.ts';
import { DETECTORS_FILE } from '../judge/detectors.ts';
import { inLanes } from '../lanes.ts';
import { makeWorkFolder } from '../seal/work-folder.ts';
import { isStoreError } from '../store/errors.ts';
import { errnoOf } from '../store/files.ts';
import type { ObjectStore } from '../store/store.ts';
import { downloadPieces } from './download-pieces.ts';
import { checksumMismatch, DatasetError, datasetDiffers, fileMissing, publishTaken } from './errors.ts';
import { MANIFEST_FILE, type ManifestFile, readManifest } from './manifest.ts';
import { placesOf } from './staged.ts';
import { hashFile, LABELS } from './sums.ts';
import { LANES, Transfer, type TransferProgress, type Transferred } from './transfer.ts';

export interface PublishOptions {
  /** Where the dataset is sealed. */
  readonly datasets: ObjectStore;
  readonly runId: string;
  /** Where it goes, under its run id. */
  readonly to: ObjectStore;
  /** The ground truth too; without it a reader there cannot ask for it. */
  readonly labels?: boolean;
  readonly onProgress?: (progress: TransferProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Whose files come: of two datasets of one run id the second is refused before it replaces any. */
const CLAIM_FILE = 'publishing.json';

/**
 * Copies a sealed dataset to another bucket or folder. It is there when its manifest is, which is put last and with create only:
 *
 *     manifest there? ─► claim, create only ─► manifest there? ─► each file: checksum here, there already? else put
 *       ─► manifest, create only ─► claim removed
 *
 * A claim is removed after the manifest of its dataset is put: who gets one and still sees no manifest is alone with its dataset.
 * Broken off and done again, files that are there with their checksums are kept, and large ones go on within. Where all is there
 * it puts right what is damaged or missing.
 * @throws `DATASET_NOT_FOUND`, `MANIFEST_INVALID`, `FILE_MISSING`, `CHECKSUM_MISMATCH`, `DATASET_DIFFERS`, `PUBLISH_TAKEN`, `CANCELLED`
 */
export async function publishDataset(options: PublishOptions): Promise<Transferred> {
  const { datasets, runId, to, labels = true, onProgress, signal } = options;
  const { manifest, bytes } = await readManifest({ datasets, runId });
  const wanted = manifest.files.filter(({ path }) => labels || !path.startsWith(LABELS));
  const place: Place = { to, runId, bytes };
  const what = `publishing run ${runId}`;
  throwIfStopped({ signal, what });
  const there = (await isThere(place)) || (await claimed(place));
  const transfer = new Transfer({ files: wanted, onProgress });
  const work = await makeWorkFolder(undefined, 'publish');
  try {
    await inLanes({
      ...{ items: wanted, count: LANES, signal, what },
      lane: () => (file) => putFile({ ...options, file, work, transfer }),
    });
  } catch (error) {
    throwIfStopped({ signal, what });
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  throwIfStopped({ signal, what });
  if (!there) {
    if (labels) await copyDetectors(options);
    await create(place);
  }
  // Also one of a publish that was killed right after its manifest.
  if (await to.head(claimKey(runId))) await to.delete(claimKey(runId));
  return { files: wanted.length + 1, bytes: transfer.total + bytes.length, kept: transfer.kept };
}

type Place = { readonly to: ObjectStore; readonly runId: string; readonly bytes: Uint8Array };

/** Undefined where there is no such object. */
async function textOf(store: ObjectStore, key: string): Promise<Uint8Array | undefined> {
  try {
    return await store.get(key);
  } catch (error) {
    if (isStoreError(error, 'OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
}

const manifestKey = (runId: string): string => `${runId}/${MANIFEST_FILE}`;
const claimKey = (runId: string): string => `${runId}/${CLAIM_FILE}`;

/** Whether it is published. @throws `DATASET_DIFFERS` */
async function isThere({ to, runId, bytes }: Place): Promise<boolean> {
  const there = await textOf(to, manifestKey(runId));
  if (there && Buffer.compare(there, bytes) !== 0) throw datasetDiffers({ runId, store: to.url });
  return there !== undefined;
}

/** Claims the place, unless another has published meanwhile: whether what is there then is this very dataset. */
async function claimed(place: Place): Promise<boolean> {
  while (!(await claim(place))) if (await isThere(place)) return true;
  try {
    return await isThere(place);
  } catch (error) {
    if (error instanceof DatasetError) await place.to.delete(claimKey(place.runId));
    throw error;
  }
}

/** The claim is the manifest itself: who publishes the same goes on with it. False where another's was removed this moment. */
async function claim({ to, runId, bytes }: Place): Promise<boolean> {
  const key = claimKey(runId);
  try {
    await to.put(key, bytes, { ifNoneMatch: true, contentType: 'application/json' });
    return true;
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_EXISTS')) throw error;
    const there = await textOf(to, key);
    if (there && Buffer.compare(there, bytes) !== 0) throw publishTaken({ runId, store: to.url, key });
    return there !== undefined;
  }
}

async function create(place: Place): Promise<void> {
  const { to, runId, bytes } = place;
  try {
    await to.put(manifestKey(runId), bytes, { ifNoneMatch: true, contentType: 'application/json' });
  } catch (error) {
    if (!isStoreError(error, 'OBJECT_EXISTS') || !(await isThere(place))) throw error;
  }
}

/** A file of the dataset, from wherever it lies. */
async function putFile(
  options: PublishOptions & { file: ManifestFile; work: string; transfer: Transfer },
): Promise<void> {
  const { runId, to, file, work, transfer, signal } = options;
  const { path, sha256 } = file;
  const key = `${runId}/${path}`;
  const begun = transfer.begin(file);
  if ((await to.head(key))?.size === file.bytes && (await to.checksum(key)) === sha256)
    return begun.done({ kept: true });
  // By its path, since two files may be the same bytes.
  const brought = join(work, createHash('sha256').update(path).digest('hex'));
  try {
    const local = await whole({ ...options, brought });
    await to.put(key, { file: local }, { sha256, resume: true, signal, onBytes: begun.at });
    begun.done({ kept: false });
  } finally {
    await rm(brought, { force: true });
  }
}

/**
 * Where a file is on this computer, brought here where it was not: its checksum is seen to be right before a byte of it is sent.
 * @throws `FILE_MISSING`, `CHECKSUM_MISMATCH`
 */
async function whole({
  datasets,
  runId,
  file,
  brought,
  signal,
}: PublishOptions & { file: ManifestFile; brought: string }): Promise<string> {
  const { path, bytes: size, sha256 } = file;
  let [actual, missing]: [string, unknown] = ['', undefined];
  for (const key of placesOf(runId, file)) {
    const local = datasets.localFile?.(key) ?? brought;
    try {
      if (local === brought) {
        await rm(brought, { force: true });
        await downloadPieces({ datasets, key, size, file: brought, signal, onBytes: () => undefined });
      }
      actual = (await hashFile(local, signal)).sha256;
      if (actual === sha256) return local;
    } catch (error) {
      if (!isStoreError(error, 'OBJECT_NOT_FOUND') && errnoOf(error) !== 'ENOENT') throw error;
      missing = error;
    }
  }
  if (actual === '') throw fileMissing({ path, store: datasets.url, runId, cause: missing });
  throw checksumMismatch({ path, expected: sha256, actual, source: datasets.url });
}

/** What detectors said of it, where they ran; no part of the dataset. */
async function copyDetectors({ datasets, runId, to }: PublishOptions): Promise<void> {
  const key = `${runId}/${DETECTORS_FILE}`;
  const report = await textOf(datasets, key);
  if (report) await to.put(key, report, { contentType: 'application/json' });
}
