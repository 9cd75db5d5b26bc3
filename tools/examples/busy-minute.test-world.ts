import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { benchRecord } from '../../converters/bench/dataset.ts';
import { rawObjects } from '../../converters/bench/telemetry.ts';
import { convertRun } from '../../converters/convert.ts';
import { fetchDataset } from '../../converters/dataset/fetch.ts';
import type { Manifest } from '../../converters/dataset/manifest.ts';
import { EVENTS_FILE } from '../../converters/dataset/verify-labels.ts';
import { EVENT_COLUMNS } from '../../converters/label/labels.ts';
import { mergedRows } from '../../converters/label/merged-rows.ts';
import { LabelTable } from '../../converters/label/table.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import { type Judge, sealRun } from '../../converters/seal/seal.ts';
import { writeSplits } from '../../converters/split/splits.ts';
import { openStore } from '../../converters/store/open.ts';

const START = benchRecord(1).window.start_ms;
const at = (seconds: number) => START + seconds * 1000;
/** Milliseconds from one request to the next, minute by minute: no two are alike, and in the fifth there are some seven times as many. */
const PACES = [400, 300, 500, 375, 60, 480, 240];
const BUSY = { start_ms: at(240), end_ms: at(300) };
const countOf = (requestMs: number) => 60_000 / requestMs;
export const REQUESTS = PACES.reduce((sum, requestMs) => sum + countOf(requestMs), 0);
export const BUSY_REQUESTS = countOf(60);

const window = { start_ms: START, end_ms: at(420) };
const record: RunRecord = {
  ...benchRecord(1),
  run_id: 'busy-minute',
  window,
  raw: { prefix: 'raw', drained_ms: at(480) },
};

/** The busy minute is labelled, and the run split by time. */
const labelBusy: Judge = async ({ dir, runId }) => {
  await mkdir(join(dir, 'labels'), { recursive: true });
  const table = new LabelTable({ file: join(dir, EVENTS_FILE), columns: EVENT_COLUMNS, runId });
  for await (const { time, event_uid, event_kind, service = null } of mergedRows(dir)) {
    const positive = time >= BUSY.start_ms && time < BUSY.end_ms;
    const label = positive ? 1 : 0;
    await table.write({
      ...{ time, event_uid, event_kind, service, label, is_anomaly: label, case: 1 },
      affected_service: positive ? service : null,
    });
  }
  await table.close();
  await writeSplits({ dir, runId, window, truth: undefined, cases: [], traces: [] });
  return { forced: [] };
};

/** A dataset in a folder, and the folder of its bucket; both go with the test. */
export async function busyMinute(
  t: TestContext,
): Promise<{ dir: string; bucket: string; manifest: Manifest }> {
  const folder = await mkdtemp(join(tmpdir(), 'examples-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const raw = openStore('memory:');
  const bucket = join(folder, 's3', 'datasets');
  const datasets = openStore(bucket);
  let firstLine = 1;
  for (const [minute, requestMs] of PACES.entries()) {
    const requests = countOf(requestMs);
    // an object is put a second after its last request: in no two minutes are there objects of one name
    const of = {
      start: at(60 * minute),
      seed: minute + 1,
      perObject: requests,
      requests,
      requestMs,
      firstLine,
    };
    for (const { key, bytes } of rawObjects(of)) await raw.put(key, bytes);
    firstLine += requests;
  }
  await convertRun({ raw, record });
  const manifest = await sealRun({ raw, datasets, record, judge: labelBusy });
  const dir = join(folder, 'data');
  await fetchDataset({ datasets, runId: record.run_id, to: dir, labels: true });
  return { dir, bucket, manifest };
}
