import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { benchRecord } from './bench/dataset.ts';
import { rawObjects } from './bench/telemetry.ts';
import { convertRun } from './convert.ts';
import { convertForeign } from './convert-foreign.ts';
import { verifyDataset } from './dataset/verify.ts';
import { logRequest, NANOS, spanRequest, TIME } from './map/otlp.test-world.ts';
import { readRejects } from './parts/rejects.ts';
import { parseRunId } from './run/run-id.ts';
import { readRun } from './run/runs.ts';
import { sealRun } from './seal/seal.ts';
import { MemoryStore } from './store/memory.ts';
import { openStore } from './store/open.ts';
import type { ObjectStore } from './store/store.ts';

const REQUESTS = 1_000;
const runId = parseRunId('mine');
const begin = { runId, workers: 1, versions: {} };

async function sums(store: ObjectStore, prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { key } of store.list(prefix))
    if (key.endsWith('.parquet'))
      found[key.slice(prefix.length)] = Buffer.from(await store.get(key)).toString('base64');
  return found;
}

test('what any collector wrote becomes the rows that a run of ours would', async (t) => {
  const own = { ...benchRecord(REQUESTS), run_id: 'mine' };
  const raw = new MemoryStore();
  const place = new MemoryStore();
  let n = 0;
  for (const { key, bytes } of rawObjects({
    requests: REQUESTS,
    start: own.window.start_ms,
    perObject: 125,
  })) {
    await raw.put(key, bytes);
    await place.put(`some/where/${n++}`, n % 2 ? bytes : gunzipSync(bytes)); // no names, gzip or not
  }
  const [ours, theirs] = [new MemoryStore(), new MemoryStore()];
  await convertRun({ raw, record: own });
  await sealRun({ raw, datasets: ours, record: own });

  const work = new MemoryStore();
  const told: number[] = [];
  const { record, report } = await convertForeign({
    ...{ ...begin, source: place, raw: work },
    onProgress: ({ objects, of }) => told.push(objects / of),
  });
  assert.equal(told.at(-1), 1);
  assert.equal(report.objects, n);
  const manifest = await sealRun({ raw: work, datasets: theirs, record });
  assert.deepEqual(await sums(theirs, 'mine/'), await sums(ours, 'mine/'));
  assert.equal(manifest.target, 'foreign');
  assert.equal(manifest.ledger.raw_objects, n);

  const dir = await mkdtemp(join(tmpdir(), 'foreign-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  for await (const { key } of theirs.list('mine/')) await theirs.download(key, join(dir, key.slice(5)));
  assert.deepEqual((await verifyDataset({ directory: dir })).findings, []);
});

const line = (body: string, at = NANOS) =>
  JSON.stringify(logRequest(body, { timeUnixNano: at, severityNumber: 9 }));

test('the window is what was found, or what was asked for; the ledger counts what lies outside', async () => {
  const place = new MemoryStore();
  const later = `${TIME + 5_000}000000`;
  await place.put('app.jsonl', Buffer.from([line('one'), line('two', later)].join('\n')));
  const all = await convertForeign({ ...begin, source: place, raw: new MemoryStore() });
  assert.deepEqual(all.record.window, { start_ms: TIME, end_ms: TIME + 5_001 });

  const raw = new MemoryStore();
  const some = await convertForeign({
    ...begin,
    source: place,
    raw,
    sinceMs: TIME + 1,
    untilMs: TIME + 9_000,
  });
  assert.deepEqual(some.record.window, { start_ms: TIME + 1, end_ms: TIME + 9_000 });
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record: some.record });
  assert.deepEqual(ledger.inputs.logs, { read: 2, written: 1, duplicate: 0, rejected: 0, outside_window: 1 });
});

test('a line that the collector wrote into two objects is one row; one that is there twice in one is two', async () => {
  const [place, raw] = [new MemoryStore(), new MemoryStore()];
  await place.put('a', Buffer.from([line('twice'), line('twice'), line('once')].join('\n')));
  await place.put('b', Buffer.from([line('twice'), line('once')].join('\n')));
  const { record } = await convertForeign({ ...begin, source: place, raw });
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record });
  assert.deepEqual(ledger.inputs.logs, { read: 5, written: 3, duplicate: 2, rejected: 0, outside_window: 0 });
});

test('what was not taken lies in the dead letters, with its reason', async () => {
  const [place, raw] = [new MemoryStore(), new MemoryStore()];
  await place.put('x.jsonl', Buffer.from(`${line('good')}\nnonsense\n`));
  await place.put('y.jsonl', Buffer.from(JSON.stringify(spanRequest({ name: 'no id', spanId: '' }))));
  const { record, report } = await convertForeign({ ...begin, source: place, raw });
  assert.deepEqual(report.reasons, { invalid_id: 1, not_otlp: 1 });
  const rejects = [];
  for await (const { reason, source, signal } of readRejects({ raw, runId }))
    rejects.push({ reason, source, signal });
  assert.deepEqual(rejects, [
    { reason: 'not_otlp', source: 'x.jsonl', signal: 'logs' },
    { reason: 'invalid_id', source: 'y.jsonl', signal: 'traces' },
  ]);
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record });
  assert.equal(ledger.inputs.logs.rejected + ledger.inputs.traces.rejected, 2);
});

test('the checksum of an object is that of all its bytes, also where reading ended early', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'foreign-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const [place, raw] = [openStore(dir), new MemoryStore()];
  const cut = gzipSync(line('one').repeat(2)).subarray(0, -9);
  const objects = { text: Buffer.alloc(3_000_000, 'no telemetry '), cut, good: Buffer.from(line('good')) };
  for (const [key, bytes] of Object.entries(objects)) await place.put(key, bytes);
  await convertForeign({ ...begin, source: place, raw });
  for (const [key, bytes] of Object.entries(objects)) {
    const set = JSON.parse(Buffer.from(await raw.get(`parts/mine/${key}.json`)).toString('utf8'));
    assert.deepEqual(
      [set.bytes, set.sha256],
      [bytes.length, createHash('sha256').update(bytes).digest('hex')],
      key,
    );
  }
});

test('where there is nothing, the id stays free and the error says why', async () => {
  const [place, raw] = [new MemoryStore(), new MemoryStore()];
  await assert.rejects(convertForeign({ ...begin, source: place, raw }), { code: 'NOTHING_TO_CONVERT' });
  await place.put('x', Buffer.from('hello'));
  await assert.rejects(
    convertForeign({ ...begin, source: place, raw }),
    /1 records none was taken \(1 × not_otlp\)/,
  );
  await assert.rejects(readRun({ raw, runId }), { code: 'RUN_NOT_FOUND' });
  await place.put('x', Buffer.from(line('one')));
  await convertForeign({ ...begin, source: place, raw });
  await assert.rejects(convertForeign({ ...begin, source: place, raw }), { code: 'RUN_ID_TAKEN' });
});

test('a part set that has gone is missed', async () => {
  const [place, raw] = [new MemoryStore(), new MemoryStore()];
  await place.put('a', Buffer.from(line('one')));
  await place.put('b', Buffer.from(line('two')));
  const { record } = await convertForeign({ ...begin, source: place, raw });
  await raw.delete('parts/mine/b.json');
  await assert.rejects(sealRun({ raw, datasets: new MemoryStore(), record }), { code: 'PART_MISSING' });
});
