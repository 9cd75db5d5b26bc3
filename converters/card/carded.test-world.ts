import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { convertRun } from '../convert.ts';
import { fetchDataset } from '../dataset/fetch.ts';
import type { Manifest } from '../dataset/manifest.ts';
import { EVENTS_FILE, WINDOWS_FILE } from '../dataset/verify-labels.ts';
import { EVENT_COLUMNS } from '../label/labels.ts';
import { type LabelColumn, type LabelRow, LabelTable } from '../label/table.ts';
import { WINDOW_COLUMNS } from '../label/windows.ts';
import type { RunRecord } from '../run/record.ts';
import { type Judge, sealRun } from '../seal/seal.ts';
import { SPLITS_FILE, type Splits } from '../split/splits.ts';
import { MemoryStore } from '../store/memory.ts';
import { EVERY_KIND, EVERY_KIND_RUN, TIME } from '../write/every-kind.test-world.ts';
import type { Partition } from '../write/partition.ts';

export const RUN: RunRecord = {
  ...EVERY_KIND_RUN,
  traffic: {
    ...{ scenario: '20-campaign', runner: 'node', rate: 20, duration_s: 785, points_key: 'runs/x/c.gz' },
    command: 'npm run dataset -- --campaign quick --seed 1 --rate 20 --duration 785s --time-scale 40',
  },
};

export const SPLITS: Splits = {
  ...{ schema_version: 1, run_id: RUN.run_id, gap_ms: 10 },
  splits: {
    train: { start_ms: TIME, end_ms: TIME + 60 },
    validation: { start_ms: TIME + 70, end_ms: TIME + 80 },
    test: { start_ms: TIME + 90, end_ms: TIME + 100 },
  },
};

async function writeTable(file: string, columns: readonly LabelColumn[], row: LabelRow): Promise<void> {
  const table = new LabelTable({ file, columns, runId: RUN.run_id });
  await table.write(row);
  await table.close();
}

/** A case of one event, and a judgement that did not like one thing. */
export const labelling: Judge = async ({ dir }) => {
  await mkdir(join(dir, 'labels'), { recursive: true });
  await mkdir(join(dir, 'report'), { recursive: true });
  const of = { case: 1, scenario: '05-slow-query' };
  const row = { ...of, event_uid: 'e-1', event_kind: 'log', time: TIME + 1, label: 1, phase: 'impact' };
  await writeTable(join(dir, EVENTS_FILE), EVENT_COLUMNS, row);
  await writeTable(join(dir, WINDOWS_FILE), WINDOW_COLUMNS, { ...of, start_ms: TIME, onset_ms: TIME + 1 });
  const checks = [
    { name: 'joins', title: 'logs with a trace', gate: false, ok: false, figure: '90 %', limit: '≥ 95 %' },
    { name: 'rows', title: 'rows | lines', gate: true, ok: true, figure: '0 differ', limit: '0' },
  ];
  const quality = JSON.stringify({ campaign: 'quick', sound: true, checks });
  await writeFile(join(dir, 'report/quality.json'), quality);
  await writeFile(join(dir, SPLITS_FILE), JSON.stringify(SPLITS));
  return { forced: [] };
};

/** A sealed dataset of events of every kind, fetched into a folder that goes with the test. */
export async function carded(
  t: TestContext,
  { record = RUN, judge, partition }: { record?: RunRecord; judge?: Judge; partition?: Partition } = {},
): Promise<{ dir: string; manifest: Manifest }> {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  await convertRun({ raw, record });
  const manifest = await sealRun({ raw, datasets, record, partition, ...(judge && { judge }) });
  const folder = await mkdtemp(join(tmpdir(), 'carded-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const dir = join(folder, record.run_id);
  await fetchDataset({ datasets, runId: record.run_id, to: dir, labels: true });
  return { dir, manifest };
}
