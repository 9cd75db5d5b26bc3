import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealAndJudge } from '../../tools/cli/seal.ts';
import { type Ended, start } from '../../tools/cli/testing/command.ts';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { fetchDataset } from '../dataset/fetch.ts';
import { listDatasets } from '../dataset/list.ts';
import { parseManifest } from '../dataset/manifest.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import type { ObjectStore } from '../store/store.ts';

const REQUESTS = 400;
export const record = benchRecord(REQUESTS);
const { run_id: runId } = record;

/** The two buckets, for us, and as the command line is told of them. */
export interface Place {
  readonly folder: string;
  readonly raw: ObjectStore;
  readonly datasets: ObjectStore;
  readonly url: { readonly raw: string; readonly datasets: string };
  /** More options of both commands. */
  readonly options: readonly string[];
  readonly env: Record<string, string>;
}
export const COMMANDS = ['convert', 'seal'] as const;
export type CommandName = (typeof COMMANDS)[number];

export async function putRun({ raw }: Place): Promise<void> {
  for (const { key, bytes } of rawObjects({
    requests: REQUESTS,
    start: record.window.start_ms,
    perObject: 80,
  }))
    await raw.put(key, bytes);
  await raw.put(recordKey(runId), encodeRecord({ raw, record }));
}

/** `faultline convert` or `seal`, as a process of its own. */
export function command({
  place: { folder, url, options, env },
  name,
  workers = 1,
  onLine,
}: {
  place: Place;
  name: CommandName;
  workers?: number;
  onLine?: (line: string) => void;
}): { child: ChildProcess; ended: Promise<Ended> } {
  const own = name === 'convert' ? ['--workers', String(workers)] : ['--datasets', url.datasets];
  return start({
    ...{ folder, env, ...(onLine && { onLine }) },
    args: [name, runId, '--json', '--raw', url.raw, ...options, ...own],
  });
}

/** What the two commands do, in this process, which saves their start. */
export const toTheEnd: Record<CommandName, (place: Place) => Promise<unknown>> = {
  convert: ({ raw }) => convertRun({ raw, record }),
  seal: ({ raw, datasets }) =>
    sealAndJudge({
      ...{ raw, datasets, record, signal: new AbortController().signal, update: () => undefined },
    }),
};

/** Checksums of all that convert and seal make. */
export async function made({ raw, datasets }: Place): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [store, prefix] of [
    [raw, 'parts/'],
    [raw, 'dead-letter/'],
    [datasets, ''],
  ] as const)
    for await (const { key } of store.list(prefix))
      found.set(
        `${store.url} ${key}`,
        createHash('sha256')
          .update(await store.get(key))
          .digest('hex'),
      );
  return found;
}

export async function removeMade({ raw, datasets }: Place): Promise<void> {
  for await (const { key } of raw.list('parts/')) await raw.delete(key);
  for await (const { key } of datasets.list('')) await datasets.delete(key);
}

/**
 * What a reader finds at this moment: objects are whole or not there, and a dataset is not there or can be fetched whole.
 * @returns whether the dataset is there
 */
export async function seenByReaders(place: Place, whole: ReadonlyMap<string, string>): Promise<boolean> {
  for (const [key, sha256] of await made(place)) {
    const [, staged] = /\/staged\/(\w+)$/.exec(key) ?? [];
    assert.equal(sha256, staged ?? whole.get(key), `${key} is a part of itself`);
  }
  const folder = await mkdtemp(join(tmpdir(), 'reader-'));
  try {
    const { datasets } = place;
    const [entry] = await listDatasets({ datasets });
    if (entry === undefined || 'problem' in entry) {
      if (entry) assert.match(entry.problem, /not sealed/);
      await assert.rejects(fetchDataset({ datasets, runId, to: join(folder, 'x') }), {
        code: 'DATASET_NOT_FOUND',
      });
      return false;
    }
    const { files } = await fetchDataset({ datasets, runId, to: join(folder, 'x'), labels: true });
    const manifest = parseManifest({ bytes: await datasets.get(`${runId}/manifest.json`), where: 'here' });
    assert.equal(files, manifest.files.length + 1);
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
