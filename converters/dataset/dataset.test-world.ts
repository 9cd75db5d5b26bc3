import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ColumnSource } from 'hyparquet-writer';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { filesBelow } from './files-below.ts';
import { formatManifest, MANIFEST_FILE, type Manifest, type ManifestFile } from './manifest.ts';
import { formatSums, LABELS_SUMS_FILE, SUMS_FILE } from './sums.ts';

export const START_MS = Date.UTC(2026, 10, 24, 5, 40);
export const END_MS = START_MS + 60_000;

export interface FlatRow {
  time: number;
  event_uid: string;
  event_kind: string;
  class_uid: number;
  service?: string | null;
}

const FLAT: Record<string, { kind: string; class_uid: number; folder: string }> = {
  logs: { kind: 'log', class_uid: 0, folder: 'base_event' },
  traces: { kind: 'http.server', class_uid: 4002, folder: 'http_activity' },
  metrics: { kind: 'metric.sample', class_uid: 0, folder: 'base_event' },
  changes: { kind: 'change.restart', class_uid: 6002, folder: 'application_lifecycle' },
};

/** 30 rows a signal, in order, two of them at each time. */
export function rowsOf(signal: string): FlatRow[] {
  const { kind = '', class_uid = 0 } = FLAT[signal] ?? {};
  return Array.from({ length: 30 }, (_, i) => ({
    time: START_MS + Math.floor(i / 2) * 1000,
    event_uid: `${signal}-${String(i).padStart(4, '0')}`,
    event_kind: kind,
    class_uid,
    service: i % 5 === 0 ? null : 'web-api',
  }));
}

export function flatParquet(
  rows: readonly FlatRow[],
  /** More columns; without data they are of nulls. */
  more: readonly (Omit<ColumnSource, 'data'> & { data?: ColumnSource['data'] })[] = [],
): Uint8Array {
  const columnData: ColumnSource[] = [
    { name: 'time', data: rows.map(({ time }) => BigInt(time)), type: 'INT64' },
    { name: 'event_uid', data: rows.map(({ event_uid }) => event_uid), type: 'STRING' },
    { name: 'event_kind', data: rows.map(({ event_kind }) => event_kind), type: 'STRING' },
    { name: 'class_uid', data: rows.map(({ class_uid }) => class_uid), type: 'INT32' },
    { name: 'service', data: rows.map(({ service = null }) => service), type: 'STRING' },
    ...more.map(({ data = rows.map(() => null), ...column }) => ({ ...column, data })),
  ];
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 12 }));
}

function nestedParquet(rows: readonly FlatRow[]): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      schema: [
        { name: 'root', num_children: 4 },
        { name: 'class_uid', type: 'INT32', repetition_type: 'REQUIRED' },
        { name: 'time', type: 'INT64', repetition_type: 'REQUIRED' },
        { name: 'metadata', num_children: 2, repetition_type: 'REQUIRED' },
        { name: 'uid', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
        { name: 'version', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        { name: 'unmapped', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      ],
      columnData: [
        { name: 'class_uid', data: rows.map(({ class_uid }) => class_uid) },
        { name: 'time', data: rows.map(({ time }) => BigInt(time)) },
        { name: 'metadata', data: rows.map(({ event_uid }) => ({ uid: event_uid, version: null })) },
        { name: 'unmapped', data: rows.map((_, i) => (i % 2 ? '{"a":{"b":1}}' : null)) },
      ],
      rowGroupSize: 12,
    }),
  );
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export interface World {
  readonly folder: string;
  /** A sealed dataset on disk. */
  readonly dataset: string;
  readonly close: () => Promise<void>;
}

type Change = (content: { rows: Record<string, FlatRow[]>; manifest: Mutable<Manifest> }) => void;
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends object ? Mutable<T[K]> : T[K] };

/** A dataset as `seal` leaves it; `rows` changes what is written (`rows.labels` the labelled events), `manifest` what the manifest then says of it. */
export async function makeDataset({
  runId = 'run-1',
  rows: changeRows,
  manifest: changeManifest,
}: {
  runId?: string;
  rows?: Change;
  manifest?: Change;
} = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'dataset-'));
  const dataset = join(folder, runId);
  const rows = Object.fromEntries(Object.keys(FLAT).map((signal) => [signal, rowsOf(signal)]));
  const manifest = { files: [] as ManifestFile[] } as unknown as Mutable<Manifest>;
  changeRows?.({ rows, manifest });

  const write = async (path: string, bytes: Uint8Array, count?: number) => {
    await mkdir(dirname(join(dataset, path)), { recursive: true });
    await writeFile(join(dataset, path), bytes);
    manifest.files.push({
      path,
      bytes: bytes.length,
      sha256: sha256(bytes),
      ...(count === undefined ? {} : { rows: count }),
    });
  };
  const byClass = new Map<string, FlatRow[]>();
  for (const [signal, list] of Object.entries(rows)) {
    if (signal === 'labels') continue;
    await write(`ocsf_${signal}.parquet`, flatParquet(list), list.length);
    const at = FLAT[signal]?.folder ?? '';
    byClass.set(at, [...(byClass.get(at) ?? []), ...list]);
  }
  for (const [name, list] of byClass)
    await write(`ocsf/${name}/part-0.parquet`, nestedParquet(list), list.length);
  await write('README.md', Buffer.from('# A dataset\n'));
  await write(SUMS_FILE, Buffer.from(formatSums(manifest.files)));
  const { labels = rows.logs?.slice(10, 13) ?? [] } = rows;
  const sums: ManifestFile[] = [];
  for (const [name, of] of [
    ['windows.parquet', []],
    ['ocsf_eval_subset.parquet', labels],
  ] as [string, FlatRow[]][]) {
    await write(`labels/${name}`, flatParquet(of), of.length);
    sums.push({ ...(manifest.files.at(-1) as ManifestFile), path: name });
  }
  await write(LABELS_SUMS_FILE, Buffer.from(formatSums(sums)));

  const none = { read: 0, written: 0, duplicate: 0, rejected: 0, outside_window: 0 };
  const kinds = Object.entries(rows).flatMap(([signal, list]) => (signal === 'labels' ? [] : list));
  Object.assign(manifest, {
    schema_version: 2,
    run_id: runId,
    target: 'embedded',
    seed: 7,
    window: { start_ms: START_MS, end_ms: END_MS },
    time_scale: 1,
    scaled: {},
    plan_hash: null,
    ocsf_version: '1.8.0',
    versions: { faultline: '0.1.0' },
    forced: [],
    ledger: {
      inputs: {
        logs: { ...none, read: 65, written: 60, duplicate: 3, rejected: 1, outside_window: 1 },
        traces: { ...none, read: 30, written: 30 },
        metrics: { ...none, read: 30, written: 30 },
      },
      classes: Object.fromEntries([...byClass].map(([name, list]) => [name, list.length])),
      raw_objects: 3,
    },
    kinds: Object.fromEntries(
      kinds.map(({ event_kind }) => [
        event_kind,
        kinds.filter((row) => row.event_kind === event_kind).length,
      ]),
    ),
  });
  changeManifest?.({ rows, manifest });
  await writeFile(join(dataset, MANIFEST_FILE), formatManifest(manifest as Manifest));
  return { folder, dataset, close: () => rm(folder, { recursive: true, force: true }) };
}

/** Puts a dataset folder into a bucket, the manifest last. */
export async function publish({
  dataset,
  runId = 'run-1',
  datasets = openStore('memory:'),
}: {
  dataset: string;
  runId?: string;
  datasets?: ObjectStore;
}): Promise<ObjectStore> {
  const paths = (await filesBelow(dataset)).filter((path) => path !== MANIFEST_FILE);
  for (const path of [...paths, MANIFEST_FILE])
    await datasets.put(`${runId}/${path}`, await readFile(join(dataset, path)));
  return datasets;
}
