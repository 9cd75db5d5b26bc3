import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { seeded } from '../bench/telemetry.ts';
import { END_MS, START_MS } from './dataset.test-world.ts';
import { formatManifest, MANIFEST_FILE, type ManifestFile } from './manifest.ts';
import { formatSums, hashFile, SUMS_FILE } from './sums.ts';

/** Shares of a run's bytes, as a campaign's files have them. */
const SHARES: Readonly<Record<string, number>> = {
  'ocsf_traces.parquet': 0.3,
  'ocsf_metrics.parquet': 0.22,
  'ocsf_logs.parquet': 0.12,
  'ocsf_changes.parquet': 0.0002,
  'ocsf/http_activity/part-00000.parquet': 0.14,
  'ocsf/datastore_activity/part-00000.parquet': 0.12,
  'ocsf/base_event/part-00000.parquet': 0.0898,
  'labels/windows.parquet': 0.002,
  'README.md': 0.0005,
  'report/quality.json': 0.0075,
};

/** A dataset of that size in a folder: its manifest and sums are right, and its bytes are random ones, of a seed. */
export async function makeLarge({
  dataset,
  runId,
  bytes,
}: {
  dataset: string;
  runId: string;
  bytes: number;
}): Promise<readonly ManifestFile[]> {
  const random = seeded(20261127);
  const files: ManifestFile[] = [];
  const add = async (path: string): Promise<void> => {
    files.push({ path, ...(await hashFile(join(dataset, path))) });
  };
  for (const [path, share] of Object.entries(SHARES)) {
    await mkdir(dirname(join(dataset, path)), { recursive: true });
    const chunks = Readable.from(noise(Math.round(share * bytes), Math.floor(random() * 2 ** 32)));
    await pipeline(chunks, createWriteStream(join(dataset, path)));
    await add(path);
  }
  await writeFile(
    join(dataset, SUMS_FILE),
    formatSums(files.filter(({ path }) => !path.startsWith('labels/'))),
  );
  await add(SUMS_FILE);
  const none = { read: 0, written: 0, duplicate: 0, rejected: 0, outside_window: 0 };
  const manifest = formatManifest({
    ...{ schema_version: 2, run_id: runId, target: 'embedded', seed: 7, time_scale: 1, scaled: {} },
    ...{ window: { start_ms: START_MS, end_ms: END_MS }, plan_hash: null, ocsf_version: '1.8.0', forced: [] },
    ...{ versions: {}, files, kinds: {} },
    ledger: { inputs: { logs: none, traces: none, metrics: none }, classes: {}, raw_objects: 0 },
  });
  await writeFile(join(dataset, MANIFEST_FILE), manifest);
  return files;
}

/** Bytes that no compression makes smaller: each block the checksum of the seed and its number, stretched. */
function* noise(bytes: number, seed: number): Generator<Buffer> {
  const block = 1 << 16;
  for (let at = 0; at < bytes; at += block) {
    const length = Math.min(block, bytes - at);
    yield createHash('shake256', { outputLength: length }).update(`${seed} ${at}`).digest();
  }
}

/** Files whose bytes are not what they should be. */
export async function differing(folder: string, files: readonly ManifestFile[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { path, sha256 } of files) {
    const found = await hashFile(join(folder, path)).catch(() => undefined);
    if (found?.sha256 !== sha256) wrong.push(path);
  }
  return wrong;
}

export const manifestOf = (folder: string): Promise<Buffer> => readFile(join(folder, MANIFEST_FILE));
