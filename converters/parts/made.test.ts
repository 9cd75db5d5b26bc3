import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import type { RunRecord } from '../run/record.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { objectConverter } from './object-converter.ts';
import { partSetKey } from './part-set.ts';

const REQUESTS = 400;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 50 })];
const keys = objects.map(({ key }) => key).sort();

const running: RunRecord = {
  ...record,
  state: 'running',
  window: { start_ms: record.window.start_ms - 30_000, end_ms: null },
  raw: { prefix: 'raw', drained_ms: null },
};
/** That run, complete; its window cuts the telemetry at both ends. */
const cut: RunRecord = {
  ...record,
  window: { start_ms: record.window.start_ms + 600, end_ms: record.window.start_ms + 3_400 },
};

class Counting extends MemoryStore {
  readonly read = new Set<string>();
  override async get(key: string): Promise<Uint8Array> {
    this.read.add(key);
    return super.get(key);
  }
}

async function filled(): Promise<Counting> {
  const raw = new Counting();
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  return raw;
}

/** Converts these objects, and tells which raw objects were read for the rest. */
async function finishing({ of, at, some }: { of: RunRecord; at: RunRecord; some: readonly string[] }) {
  const raw = await filled();
  const convert = objectConverter({ raw, source: raw });
  for (const key of some) await convert({ record: of, key });
  raw.read.clear();
  const report = await convertRun({ raw, record: at, missing: true });
  return { raw, report, converted: keys.filter((key) => raw.read.has(key)) };
}

test('only what is missing is converted, and the report is of all', async () => {
  const some = keys.slice(0, 10);
  const { report, converted } = await finishing({ of: record, at: record, some });
  assert.deepEqual(converted, keys.slice(10));
  const whole = await convertRun({ raw: await filled(), record });
  assert.deepEqual({ ...report, validated: 0 }, { ...whole, validated: 0 });
  assert.ok(report.validated > 0 && report.validated < whole.validated);
});

test('what was converted while the run went on is kept where it lies inside of the window, and made again where not', async () => {
  const { raw, report, converted } = await finishing({ of: running, at: cut, some: keys });
  assert.ok(converted.length > 2 && converted.length < keys.length - 6, `${converted.length} made again`);
  const other = await filled();
  const whole = await convertRun({ raw: other, record: cut });
  assert.deepEqual(report.signals, whole.signals);
  const [a, b] = await Promise.all(
    [raw, other].map((store) => sealRun({ raw: store, datasets: new MemoryStore(), record: cut })),
  );
  assert.ok(whole.signals.traces.outside_window > 0);
  assert.deepEqual(a, b);
});

test('rows before the start are no part of a dataset: sealing refuses parts that still have them', async () => {
  const raw = await filled();
  const convert = objectConverter({ raw, source: raw });
  for (const key of keys) await convert({ record: running, key });
  await assert.rejects(sealRun({ raw, datasets: new MemoryStore(), record: cut }), { code: 'PART_INVALID' });
});

test('a part set that is damaged, or of another version, is made again', async () => {
  const [first = '', second = ''] = keys;
  const raw = await filled();
  await convertRun({ raw, record });
  const key = partSetKey('bench', second);
  const set = JSON.parse(Buffer.from(await raw.get(key)).toString('utf8')) as { version: number };
  await raw.put(partSetKey('bench', first), Buffer.from('{"version":'));
  await raw.put(key, Buffer.from(JSON.stringify({ ...set, version: set.version - 1 })));
  raw.read.clear();
  await convertRun({ raw, record, missing: true });
  assert.deepEqual(
    keys.filter((one) => raw.read.has(one)),
    [first, second],
  );
});
