import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import type { RunRecord } from '../run/record.ts';
import { MemoryStore } from '../store/memory.ts';
import type { ObjectStore } from '../store/store.ts';
import { sealRun } from './seal.ts';

const REQUESTS = 700;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 50 })];

async function put(raw: ObjectStore, rename: (key: string) => string = (key) => key): Promise<void> {
  for (const { key, bytes } of objects) await raw.put(rename(key), bytes);
}

async function convertAndSeal(raw: ObjectStore, of: RunRecord = record, datasets = new MemoryStore()) {
  await convertRun({ raw, record: of });
  const manifest = await sealRun({ raw, datasets, record: of });
  const sums = manifest.files
    .filter(({ path }) => path.endsWith('.parquet'))
    .map(({ path, sha256 }) => `${sha256}  ${path}`);
  return { manifest, sums, datasets };
}

/** Another name, which is listed elsewhere. */
const shuffled = (key: string) =>
  key.replace(
    /([^/_]+)(\.binpb\.gz)$/,
    (id, _, end) => `${createHash('sha256').update(id).digest('hex').slice(0, 12)}${end}`,
  );

test('what is doubled, named anew and converted twice comes out as the same bytes, and the ledger says so', async () => {
  const once = new MemoryStore();
  await put(once);
  const first = await convertAndSeal(once);

  const twice = new MemoryStore();
  await put(twice);
  await put(twice, shuffled);
  await convertRun({ raw: twice, record });
  const second = await convertAndSeal(twice);

  assert.deepEqual(second.sums, first.sums);
  const records = { logs: 0, traces: 0, metrics: 0 };
  for (const object of objects) records[object.signal] += object.records;
  for (const signal of ['logs', 'traces', 'metrics'] as const) {
    const [a, b] = [first.manifest.ledger.inputs[signal], second.manifest.ledger.inputs[signal]];
    assert.ok(a.read > 0 && a.duplicate === 0 && a.written === a.read, JSON.stringify(a));
    assert.equal(b.read, 2 * a.read);
    assert.equal(b.written, a.written);
    assert.equal(b.duplicate, a.read);
    if (signal !== 'metrics') assert.equal(a.read, records[signal]); // a metric record holds several samples
  }
  const { classes, inputs } = first.manifest.ledger;
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  assert.equal(sum(Object.values(classes)), sum(Object.values(inputs).map(({ written }) => written)));
});

test('sealing again what is sealed succeeds; something else under the same run id is refused', async () => {
  const raw = new MemoryStore();
  await put(raw);
  const { datasets, sums } = await convertAndSeal(raw);
  assert.deepEqual((await convertAndSeal(raw, record, datasets)).sums, sums);
  const window = { ...record.window, start_ms: record.window.start_ms + 1_000 };
  await assert.rejects(convertAndSeal(raw, { ...record, window }, datasets), { code: 'MANIFEST_DIFFERS' });
});

test('the window holds its start and not its end; what lies outside is counted', async () => {
  const raw = new MemoryStore();
  await put(raw);
  const whole = await convertAndSeal(raw);
  const middle = record.window.start_ms + (REQUESTS * 10) / 2;
  const halves = await Promise.all(
    [
      { start_ms: record.window.start_ms, end_ms: middle },
      { start_ms: middle, end_ms: record.window.end_ms as number },
    ].map(async (window) => {
      const copy = new MemoryStore();
      await put(copy);
      return convertAndSeal(copy, { ...record, window });
    }),
  );
  for (const signal of ['logs', 'traces', 'metrics'] as const) {
    const [all, ...parts] = [whole, ...halves].map(({ manifest }) => manifest.ledger.inputs[signal]);
    assert.equal((parts[0]?.written ?? 0) + (parts[1]?.written ?? 0), all?.written, signal);
    assert.equal(parts[0]?.outside_window, parts[1]?.written, signal);
    assert.ok((parts[0]?.written ?? 0) > 0 && (parts[1]?.written ?? 0) > 0);
  }
});

test('a run that is not complete is not sealed; a run without telemetry makes an empty dataset', async () => {
  const raw = new MemoryStore();
  const running: RunRecord = { ...record, state: 'running' };
  await assert.rejects(sealRun({ raw, datasets: new MemoryStore(), record: running }), {
    code: 'RUN_NOT_COMPLETE',
  });
  const { manifest } = await convertAndSeal(raw);
  assert.equal(manifest.ledger.raw_objects, 0);
  assert.deepEqual(manifest.kinds, {});
});
