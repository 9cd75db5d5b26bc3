import { join } from 'node:path';
import { type ConvertReport, convertRun } from '../convert.ts';
import type { Manifest } from '../dataset/manifest.ts';
import type { Signal } from '../read/raw-object.ts';
import type { RunRecord } from '../run/record.ts';
import { sealRun } from '../seal/seal.ts';
import { openStore } from '../store/open.ts';
import { rawObjects } from './telemetry.ts';

const START = Date.UTC(2026, 10, 24, 6);

export const benchRecord = (requests: number): RunRecord => {
  const end_ms = START + requests * 10 + 3_600_000;
  return {
    schema_version: 1,
    run_id: 'bench',
    state: 'complete',
    target: 'embedded',
    seed: 1,
    window: { start_ms: START, end_ms },
    raw: { prefix: 'raw', drained_ms: end_ms },
    time_scale: 1,
    plan_hash: null,
    traffic: null,
    counters: {},
    versions: {},
  };
};

/** Made-up telemetry of so many requests, put as raw objects into `<dir>/raw`; returns their bytes. */
export async function putRaw({
  dir,
  requests,
  signals = ['traces', 'logs', 'metrics'],
  spanFormat = 'binpb',
}: {
  dir: string;
  requests: number;
  signals?: readonly Signal[];
  spanFormat?: 'binpb' | 'json';
}): Promise<number> {
  const raw = openStore(join(dir, 'raw'));
  let total = 0;
  for (const { key, bytes } of rawObjects({ requests, start: START, spanFormat, signals })) {
    await raw.put(key, bytes);
    total += bytes.length;
  }
  return total;
}

/** The whole path on it: `<dir>/datasets/bench`. */
export async function makeDataset({
  dir,
  requests,
}: {
  dir: string;
  requests: number;
}): Promise<{ folder: string; report: ConvertReport; manifest: Manifest }> {
  await putRaw({ dir, requests });
  const [raw, datasets] = [openStore(join(dir, 'raw')), openStore(join(dir, 'datasets'))];
  const record = benchRecord(requests);
  const report = await convertRun({ raw, record });
  const manifest = await sealRun({ raw, datasets, record });
  return { folder: join(dir, 'datasets/bench'), report, manifest };
}
