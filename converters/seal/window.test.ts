import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertRun } from '../convert.ts';
import { logRequest, metricRequest, ourLine, spanRequest } from '../map/otlp.test-world.ts';
import { ShapeCheck } from '../ocsf/shapes.ts';
import { convertObject, workbench } from '../parts/convert-object.ts';
import type { RunRecord } from '../run/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { sealRun } from './seal.ts';

type Json = Record<string, unknown>;
const START = Date.UTC(2026, 10, 24, 6);
const END = START + 60_000;
const record: RunRecord = {
  ...{ schema_version: 1, run_id: 'window', state: 'complete', target: 'embedded', seed: 1, time_scale: 1 },
  window: { start_ms: START, end_ms: END },
  raw: { prefix: 'raw', drained_ms: END + 1000 },
  ...{ plan_hash: null, traffic: null, counters: {}, versions: {} },
};
const running: RunRecord = {
  ...record,
  state: 'running',
  window: { start_ms: START, end_ms: null },
  raw: { prefix: 'raw', drained_ms: null },
};

/** Nanoseconds of `ms`, and so many more. */
const nanos = (ms: number, more = 0): string => String(BigInt(ms) * 1_000_000n + BigInt(more));

/** Where a record may lie, and whether the window holds it there; `start` is in, `end` is out. */
const PLACES: readonly [ns: string, inside: boolean][] = [
  [nanos(START - 5_000), false],
  [nanos(START, -1), false],
  [nanos(START), true],
  [nanos(START, 1), true],
  [nanos(END, -1), true],
  [nanos(END), false],
  [nanos(END + 5_000), false],
];
const INSIDE = PLACES.filter(([, inside]) => inside).length;

/** One record at each place, each an object of its own. */
async function put(
  raw: MemoryStore,
  signal: string,
  request: (ns: string, i: number) => Json,
): Promise<void> {
  for (const [i, [ns]] of PLACES.entries())
    await raw.put(`raw/2026/11/24/06/00/${signal}_${i}.json`, Buffer.from(JSON.stringify(request(ns, i))));
}
const spanId = (i: number) => (i + 1).toString(16).padStart(16, '0');
async function putAll(raw: MemoryStore): Promise<void> {
  await put(raw, 'traces', (ns, i) =>
    // Its end does not matter: all of them end after the window.
    spanRequest({
      name: 'x',
      kind: 1,
      spanId: spanId(i),
      startTimeUnixNano: ns,
      endTimeUnixNano: nanos(END + 9_000),
    }),
  );
  await put(raw, 'logs', (ns, i) =>
    // When the collector read it does not matter.
    logRequest(ourLine({ line: i + 1, time: Number(BigInt(ns) / 1_000_000n) }), {
      observedTimeUnixNano: nanos(END + 9_000),
    }),
  );
  await put(raw, 'metrics', (ns) =>
    metricRequest({ name: 'memory', gauge: { dataPoints: [{ timeUnixNano: ns, asDouble: 1 }] } }),
  );
}

/** Each object by itself, while the run goes on. */
async function convertOpen(raw: MemoryStore): Promise<void> {
  const bench = workbench(new ShapeCheck());
  for (const key of await keysOf(raw, 'raw/'))
    await convertObject({ raw, source: raw, record: running, key, atBench: (work) => work(bench) });
}

async function keysOf(raw: MemoryStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of raw.list(prefix)) keys.push(key);
  return keys;
}

const sums = ({ files }: { files: readonly { path: string; sha256: string }[] }) =>
  files.filter(({ path }) => path.endsWith('.parquet')).map(({ path, sha256 }) => `${sha256}  ${path}`);

test('of each signal, what starts at the start is in, what starts at the end is out; to the nanosecond', async () => {
  const raw = new MemoryStore();
  await putAll(raw);
  const report = await convertRun({ raw, record });
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record });
  for (const signal of ['logs', 'traces', 'metrics'] as const) {
    const outside_window = PLACES.length - INSIDE;
    const line = { read: PLACES.length, rejected: 0, outside_window };
    assert.deepEqual(ledger.inputs[signal], { ...line, written: INSIDE, duplicate: 0 }, signal);
    assert.deepEqual(report.signals[signal], { ...line, rows: INSIDE }, signal);
  }
});

test('parts that were made while the window was open make the same dataset and the same ledger', async () => {
  const [early, late] = [new MemoryStore(), new MemoryStore()];
  await Promise.all([putAll(early), putAll(late)]);
  await convertOpen(early);
  await convertRun({ raw: late, record });
  const [a, b] = await Promise.all(
    [early, late].map((raw) => sealRun({ raw, datasets: new MemoryStore(), record })),
  );
  assert.ok(a && b && sums(a).length > 0);
  assert.deepEqual(sums(a), sums(b));
  assert.deepEqual(a.ledger, b.ledger);
});

test('rows that lay in the window while it was open, and now lie outside of it, leave nothing behind', async () => {
  const [early, late] = [new MemoryStore(), new MemoryStore()];
  await Promise.all([putAll(early), putAll(late)]);
  await convertOpen(early);
  const before = await keysOf(early, 'parts/');
  for (const raw of [early, late]) await convertRun({ raw, record });
  const [a, b] = [await keysOf(early, 'parts/'), await keysOf(late, 'parts/')];
  assert.deepEqual(a, b);
  assert.ok(a.length < before.length);
});

test('parts of another window are refused', async () => {
  const raw = new MemoryStore();
  await putAll(raw);
  await convertRun({ raw, record });
  for (const window of [
    { start_ms: START, end_ms: END + 1 },
    { start_ms: START + 1, end_ms: END },
  ]) {
    const sealing = sealRun({ raw, datasets: new MemoryStore(), record: { ...record, window } });
    await assert.rejects(sealing, { code: 'PART_INVALID' });
  }
});

test('an object that was put after the run was converted is missed, not passed over', async () => {
  const raw = new MemoryStore();
  await putAll(raw);
  await convertRun({ raw, record });
  await raw.put('raw/2026/11/24/06/00/logs_late.json', Buffer.from(JSON.stringify(logRequest(ourLine()))));
  await assert.rejects(sealRun({ raw, datasets: new MemoryStore(), record }), { code: 'PART_MISSING' });
});

test('a run that is running is neither converted as a whole nor sealed, and nothing is published', async () => {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  await putAll(raw);
  await assert.rejects(convertRun({ raw, record: running }), { code: 'RUN_NOT_COMPLETE' });
  await assert.rejects(sealRun({ raw, datasets, record: running }), { code: 'RUN_NOT_COMPLETE' });
  for await (const { key } of datasets.list('')) assert.fail(key);
});

test('a run without telemetry is a dataset with empty files and a ledger of zeros', async () => {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  await convertRun({ raw, record });
  const manifest = await sealRun({ raw, datasets, record });
  const zero = { read: 0, written: 0, duplicate: 0, rejected: 0, outside_window: 0 };
  assert.deepEqual(manifest.ledger.inputs, { logs: zero, traces: zero, metrics: zero });
  assert.equal(manifest.ledger.raw_objects, 0);
  for (const { path, rows = 0 } of manifest.files) {
    assert.equal(rows, 0, path);
    assert.ok(await datasets.head(`window/${path}`), path);
  }
});
