import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../store/open.ts';
import { claimRun } from './claim.ts';
import { minutePrefix, rawObjects } from './raw-objects.ts';
import type { RunRecord } from './record.ts';
import { completeRun, readRun } from './runs.ts';

const start_ms = Date.UTC(2026, 10, 24, 5, 41, 30);
const running: RunRecord = {
  schema_version: 1,
  run_id: 'run-1',
  state: 'running',
  target: 'embedded',
  seed: 7,
  window: { start_ms, end_ms: null },
  raw: { prefix: 'raw', drained_ms: null },
  time_scale: 1,
  plan_hash: null,
  traffic: null,
  counters: {},
  versions: { faultline: '0.1.0' },
};
const complete: RunRecord = {
  ...running,
  state: 'complete',
  window: { start_ms, end_ms: start_ms + 180_000 },
  raw: { prefix: 'raw', drained_ms: start_ms + 200_000 },
  traffic: {
    scenario: '01-steady',
    runner: 'node',
    rate: 20,
    duration_s: 180,
    points_key: 'runs/run-1/client.ndjson.gz',
  },
  counters: { dropped_iterations: 0, collector_refused: null },
};
const bytes = (text: string) => new TextEncoder().encode(text);

test('a run is claimed once, completed once, and read back', async () => {
  const raw = openStore('memory:');
  const claims = await Promise.allSettled([
    claimRun({ raw, record: running }),
    claimRun({ raw, record: running }),
  ]);
  assert.deepEqual(claims.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await assert.rejects(claimRun({ raw, record: running }), {
    code: 'RUN_ID_TAKEN',
    message: /"run-1".*another run id/,
  });
  await completeRun({ raw, record: complete });
  assert.deepEqual(await readRun({ raw, runId: 'run-1' }), complete);
  await completeRun({ raw, record: complete });
  await assert.rejects(completeRun({ raw, record: { ...complete, time_scale: 2 } }), { code: 'RUN_CHANGED' });
  await assert.rejects(claimRun({ raw, record: running }), { code: 'RUN_ID_TAKEN' });
});

test('a record that is another run is not overwritten', async () => {
  const raw = openStore('memory:');
  await claimRun({ raw, record: running });
  await assert.rejects(completeRun({ raw, record: { ...complete, seed: 8 } }), {
    code: 'RUN_CHANGED',
    message: /seed 7/,
  });
  assert.equal((await readRun({ raw, runId: 'run-1' })).state, 'running');
});

test('a record that is missing or damaged is a clear error', async () => {
  const raw = openStore('memory:');
  await assert.rejects(readRun({ raw, runId: 'run-1' }), {
    code: 'RUN_NOT_FOUND',
    message: /runs\/run-1\.json/,
  });
  await assert.rejects(readRun({ raw, runId: '../x' }), { code: 'RUN_ID_INVALID' });
  const damaged: [string, RegExp][] = [
    ['{"schema_version":1,', /must be JSON/],
    ['[]', /record must be an object, got \[\]/],
    [JSON.stringify({ ...complete, seed: 'x' }), /record\.seed must be a whole number from 0, got "x"/],
    [JSON.stringify({ ...complete, seed: undefined }), /record\.seed is missing/],
    [JSON.stringify({ ...complete, extra: 1 }), /record\.extra is unknown/],
    [JSON.stringify({ ...complete, run_id: 'run-2' }), /record\.run_id must be "run-1", got "run-2"/],
    [JSON.stringify({ ...complete, schema_version: 2 }), /record\.schema_version must be one of 1, got 2/],
    [
      JSON.stringify({ ...complete, window: { start_ms: start_ms / 1000, end_ms: null } }),
      /record\.window\.start_ms must be a time/,
    ],
    [
      JSON.stringify({ ...complete, window: { start_ms, end_ms: start_ms } }),
      /end_ms must be after start_ms/,
    ],
    [
      JSON.stringify({ ...complete, raw: { prefix: 'raw', drained_ms: null } }),
      /must be set in a complete run/,
    ],
    [JSON.stringify({ ...complete, counters: { x: 'many' } }), /record\.counters\.x/],
  ];
  for (const [text, says] of damaged) {
    await raw.put('runs/run-1.json', bytes(text));
    await assert.rejects(readRun({ raw, runId: 'run-1' }), { code: 'RUN_RECORD_INVALID', message: says });
  }
  await assert.rejects(claimRun({ raw, record: { ...running, run_id: 'A' } }), {
    code: 'RUN_ID_INVALID',
  });
});

test('the minutes of a run reach from the start of its window until its telemetry was in the bucket', async () => {
  assert.equal(minutePrefix({ prefix: 'raw', at_ms: start_ms }), 'raw/2026/11/24/05/41/');
  const raw = openStore('memory:');
  await assert.rejects(rawObjects({ raw, record: running }).next(), { code: 'RUN_NOT_COMPLETE' });
  const inside = ['41/logs_b', '43/traces_a', '44/metrics_z'].map(
    (name) => `raw/2026/11/24/05/${name}.binpb.gz`,
  );
  const outside = [
    'raw/2026/11/24/05/40/logs_a',
    'raw/2026/11/24/05/45/logs_a',
    'raw-2/2026/11/24/05/42/logs_a',
    'runs/x',
  ];
  for (const key of [...inside, ...outside]) await raw.put(key, bytes('x'));
  const found: string[] = [];
  for await (const { key } of rawObjects({ raw, record: complete })) found.push(key);
  assert.deepEqual(found, inside);
});

test('a run over midnight and the end of a month', async () => {
  const raw = openStore('memory:');
  const record = {
    ...complete,
    window: { start_ms: Date.UTC(2026, 10, 30, 23, 59, 59), end_ms: Date.UTC(2026, 11, 1, 0, 0, 1) },
    raw: { prefix: 'some/raw', drained_ms: Date.UTC(2026, 11, 1, 0, 0, 30) },
  };
  const minutes = ['11/30/23/58', '11/30/23/59', '12/01/00/00', '12/01/00/01'];
  const keys = minutes.map((minute) => `some/raw/2026/${minute}/logs_a.binpb.gz`);
  for (const key of keys) await raw.put(key, bytes('x'));
  const found: string[] = [];
  for await (const { key } of rawObjects({ raw, record })) found.push(key);
  assert.deepEqual(found, keys.slice(1, 3));
});

test('what a stack that goes on running puts after the run was drained is left out', async () => {
  const raw = openStore('memory:');
  const drained = start_ms + 200_000;
  const keyAt = (ms: number) => {
    const time = ms.toString(16).padStart(12, '0');
    const minute = minutePrefix({ prefix: 'raw', at_ms: ms });
    return `${minute}logs_${time.slice(0, 8)}-${time.slice(8)}-7623-a27a-2d176f5f4004.binpb.gz`;
  };
  for (const ms of [drained, drained + 1]) await raw.put(keyAt(ms), bytes('x'));
  const found: string[] = [];
  for await (const { key } of rawObjects({ raw, record: complete })) found.push(key);
  assert.deepEqual(found, [keyAt(drained)]);
});
