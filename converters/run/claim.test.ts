import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../store/open.ts';
import { startS3Server } from '../store/s3-server.test-world.ts';
import type { ObjectStore } from '../store/store.ts';
import { abandonRun, claimRun } from './claim.ts';
import { type Owner, thisOwner } from './owner.ts';
import type { RunRecord } from './record.ts';
import { completeRun, readRun } from './runs.ts';

const me = await thisOwner();
/** One that had this process's number before it. */
const dead: Owner = { ...me, started: 'long ago' };
const start_ms = Date.UTC(2026, 10, 24, 5, 41, 30);

const runOf = (owner: Owner | undefined, seed = 7): RunRecord => ({
  schema_version: 1,
  run_id: 'run-1',
  state: 'running',
  ...(owner ? { owner } : {}),
  target: 'embedded',
  seed,
  window: { start_ms, end_ms: null },
  raw: { prefix: 'raw/runs/run-1', drained_ms: null },
  time_scale: 1,
  plan_hash: null,
  traffic: null,
  counters: {},
  versions: {},
});
const completeOf = (record: RunRecord): RunRecord => ({
  ...record,
  state: 'complete',
  window: { start_ms, end_ms: start_ms + 1000 },
  raw: { ...record.raw, drained_ms: start_ms + 1000 },
});
const bytes = (text: string) => new TextEncoder().encode(text);

async function keysOf(raw: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of raw.list('')) keys.push(key);
  return keys;
}

const LEFT = [
  'dead-letter/run-1/a.ndjson',
  'parts/run-1/a.json',
  'raw/runs/run-1/2026/11/24/05/41/logs_a.binpb.gz',
  'runs/run-1/client.ndjson.gz',
];
const OTHERS = [
  'datasets/run-1/manifest.json',
  'parts/run-10/a.json',
  'raw/runs/run-10/x',
  'raw/stack/2026/x',
  'runs/run-10.json',
];

async function withLeftovers(owner: Owner | undefined): Promise<ObjectStore> {
  const raw = openStore('memory:');
  await claimRun({ raw, record: runOf(owner) });
  for (const key of [...LEFT, ...OTHERS]) await raw.put(key, bytes('x'));
  return raw;
}

test('the id of a run whose process is gone is taken over, without what it left', async () => {
  const raw = await withLeftovers(dead);
  const takenOver = await claimRun({ raw, record: runOf(me, 8) });
  assert.deepEqual(takenOver, { owner: dead, removed: LEFT.length });
  assert.deepEqual(await keysOf(raw), [...OTHERS, 'runs/run-1.json'].sort());
  assert.equal((await readRun({ raw, runId: 'run-1' })).seed, 8);
});

test('a run whose process lives, is elsewhere, or is not known, keeps its id and all that it has put', async () => {
  const elsewhere = { ...me, host: 'another-host' };
  const cases: [Owner | undefined, RegExp][] = [
    [me, /still runs \(process \d+ of .*another run id/],
    [elsewhere, /process \d+ of another-host, which cannot be seen from here.*remove runs\/run-1\.json/],
    [undefined, /was left as it is.*another run id.*remove runs\/run-1\.json/],
  ];
  for (const [owner, message] of cases) {
    const raw = await withLeftovers(owner);
    const before = await keysOf(raw);
    await assert.rejects(claimRun({ raw, record: runOf(me, 8) }), { code: 'RUN_ID_TAKEN', message });
    assert.deepEqual(await keysOf(raw), before);
    assert.equal((await readRun({ raw, runId: 'run-1' })).seed, 7);
  }
});

test('a run that is complete keeps its id, whoever made it; its record names nobody', async () => {
  const raw = openStore('memory:');
  await claimRun({ raw, record: runOf(dead) });
  const record = await completeRun({ raw, record: completeOf(runOf(dead)) });
  assert.equal(record.owner, undefined);
  assert.deepEqual(await readRun({ raw, runId: 'run-1' }), record);
  await assert.rejects(claimRun({ raw, record: runOf(me) }), {
    code: 'RUN_ID_TAKEN',
    message: /is complete.*faultline convert run-1/,
  });
});

test('of 20 that take the same dead id over exactly one goes on, also when earlier ones died at it', async () => {
  for (const died of [0, 1, 2]) {
    const raw = openStore('memory:');
    await claimRun({ raw, record: runOf(dead) });
    // Killed between the two steps of a take-over: the first was put, the record is still the old one.
    for (let i = 0; i < died; i++) await dieTakingOver(raw, { ...dead, started: `later ${i}` });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => claimRun({ raw, record: runOf(me, 100 + i) })),
    );
    const winners = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [100 + i] : []));
    assert.deepEqual([(await readRun({ raw, runId: 'run-1' })).seed], winners, `${died} died`);
    assert.deepEqual(await keysOf(raw), ['runs/run-1.json']);
  }
});

async function dieTakingOver(raw: ObjectStore, owner: Owner): Promise<void> {
  const cut: ObjectStore = Object.assign(Object.create(raw) as ObjectStore, {
    list: raw.list.bind(raw),
    get: raw.get.bind(raw),
    put: (...[key, body, options]: Parameters<ObjectStore['put']>) =>
      options?.ifNoneMatch ? raw.put(key, body, options) : Promise.reject(new Error('killed')),
  });
  await assert.rejects(claimRun({ raw: cut, record: runOf(owner) }), { message: 'killed' });
}

test('a run that was taken over can neither be completed nor abandoned by the one before', async () => {
  const raw = await withLeftovers(dead);
  await claimRun({ raw, record: runOf(me) });
  await raw.put('runs/run-1/client.ndjson.gz', bytes('new'));
  await abandonRun({ raw, record: runOf(dead) });
  assert.ok((await keysOf(raw)).includes('runs/run-1/client.ndjson.gz'));
  await assert.rejects(completeRun({ raw, record: completeOf(runOf(dead)) }), {
    code: 'RUN_CHANGED',
    message: new RegExp(`now made by process ${process.pid} of`),
  });
});

test('a run that is given up leaves nothing, and its id is free', async () => {
  const raw = await withLeftovers(me);
  await abandonRun({ raw, record: runOf(me) });
  assert.deepEqual(await keysOf(raw), OTHERS.toSorted());
  await abandonRun({ raw, record: runOf(me) });
  assert.equal(await claimRun({ raw, record: runOf(me) }), undefined);
});

test('an id that was claimed through the folder is taken through the server over it too', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'claim-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const server = await startS3Server({ root, buckets: ['raw'] });
  if (!server) return t.skip('versitygw is not installed');
  t.after(() => server.stop());
  const [folder, served] = [openStore(join(root, 'raw')), openStore('s3://raw', server)];
  await claimRun({ raw: folder, record: runOf(me) });
  await assert.rejects(claimRun({ raw: served, record: runOf(me, 8) }), { code: 'RUN_ID_TAKEN' });
  await abandonRun({ raw: served, record: runOf(me) });
  await claimRun({ raw: served, record: runOf(dead) });
  assert.equal((await claimRun({ raw: folder, record: runOf(me) }))?.owner.started, dead.started);
});
