import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { checksumsBelow } from '../store/contents.test-world.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import { Listing, parseEveryMs } from './listing.ts';
import { Worker } from './worker.ts';

const key = (minute: string, name: string) => `raw/2026/11/24/${minute}/traces_${name}.binpb.gz`;

/** A bucket, and what a listing of it offers in a round; `room` says whether it is taken. */
function world() {
  const raw = new MemoryStore();
  const taken: string[] = [];
  const room = { there: true };
  const listing = new Listing({ raw, offer: (keys) => room.there && taken.push(...keys) > 0 });
  const put = async (...keys: string[]) => {
    for (const each of keys) await raw.put(each, Buffer.from('x'));
  };
  const round = async () => {
    await listing.round();
    return taken.splice(0);
  };
  return { put, round, room, listing };
}

test('each raw object is offered once, also one that appears late', async () => {
  const { put, round } = world();
  await put(key('05/59', 'b'), key('06/02', 'a'), 'raw/2026/11/24/06/02/notes.txt', 'runs/demo.json');
  await put('raw/notes/traces_a.binpb.gz', 'parts/demo/raw/2026/11/24/06/02/traces_a.arrow');
  assert.deepEqual(await round(), [key('05/59', 'b'), key('06/02', 'a')]);
  assert.deepEqual(await round(), []);
  await put(key('05/59', 'a'), key('06/03', 'a'));
  assert.deepEqual(await round(), [key('05/59', 'a'), key('06/03', 'a')], 'four minutes late');
  await put(key('06/40', 'a'));
  assert.deepEqual(await round(), [key('06/40', 'a')]);
  await put(key('06/34', 'z'), key('06/35', 'a'));
  assert.deepEqual(
    await round(),
    [key('06/35', 'a')],
    'more than five minutes late is for convert --missing',
  );
});

test('what there was no room for, what could not be converted, and what no run holds yet is offered again', async () => {
  const { put, round, room, listing } = world();
  const keys = Array.from({ length: 250 }, (_, i) => key('06/00', String(i).padStart(3, '0')));
  await put(...keys);
  room.there = false;
  assert.deepEqual(await round(), []);
  room.there = true;
  assert.deepEqual(await round(), keys);
  listing.told({ key: keys[7] as string, outcome: 'failed' });
  listing.told({ key: keys[8] as string, outcome: 'no_run' });
  listing.told({ key: keys[9] as string, outcome: 'converted' });
  assert.deepEqual(await round(), [keys[7]], 'nothing new was put, so that no run has begun');
  await put(key('06/01', 'a'));
  assert.deepEqual(await round(), [key('06/01', 'a')]);
  assert.deepEqual(await round(), [keys[8]]);
  listing.told({ key: keys[8] as string, outcome: 'no_run' });
  for (let i = 0; i < 3; i++) assert.deepEqual(await round(), [], 'an idle bucket');
  await put(key('06/02', 'a'));
  assert.deepEqual(await round(), [key('06/02', 'a')]);
  assert.deepEqual(await round(), [], 'no run will begin as long ago as that');
});

test('objects of a stack that was up for one run are not offered, and do not move the minutes that are listed', async () => {
  const { put, round, listing } = world();
  const own = 'raw/runs/demo/2026/11/24/07/00/traces_a.binpb.gz';
  await put(key('06/00', 'a'), own, 'raw/runs/demo/prometheus/metrics_1.binpb.gz');
  assert.deepEqual(await round(), [key('06/00', 'a')]);
  listing.told({ key: own, outcome: 'failed' });
  assert.deepEqual(await round(), [], 'also where it was notified of, and could not be converted');
  await put(key('05/56', 'a'));
  assert.deepEqual(await round(), [key('05/56', 'a')]);
});

test('how often a bucket is listed is a whole number of milliseconds, that a timer can wait', () => {
  assert.deepEqual([parseEveryMs('1'), parseEveryMs('5000')], [1, 5000]);
  for (const wrong of ['abc', '', '0', '-5', '1.5', '1e3', '5s', '2147483648'])
    assert.throws(() => parseEveryMs(wrong), {
      code: 'SETTING_INVALID',
      message: new RegExp(`got "${wrong}"`),
    });
});

test('the image of the worker refuses to list all the time', async () => {
  const env = { ...process.env, RAW_URL: 's3://raw', PORT: '0', LIST_EVERY_MS: 'abc' };
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = text(child.stderr);
  child.stdout.once('data', () => child.kill('SIGKILL')); // it has begun
  const [code] = await once(child, 'close');
  assert.equal(code, 1);
  assert.match(await said, /SETTING_INVALID/);
});

test('a worker that is fed by listing makes the parts that converting the run makes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'listing-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const record = benchRecord(90);
  const [raw, other] = ['raw', 'other'].map((name) => openStore(join(folder, name)));
  assert.ok(raw && other);
  for (const store of [raw, other]) {
    await store.put(recordKey(record.run_id), encodeRecord({ raw: store, record }));
    for (const object of rawObjects({ requests: 90, start: record.window.start_ms, perObject: 30 }))
      await store.put(object.key, object.bytes);
  }
  const worker = await Worker.start({ raw, token: 'a-token-of-the-tests', workers: 0 });
  const listing = new Listing({ raw, offer: (keys) => worker.offer(keys) });
  assert.equal(await listing.round(), 9);
  assert.equal(await listing.round(), 0);
  const { converted, failed } = await worker.close();
  assert.deepEqual([converted, failed], [9, 0]);
  await convertRun({ raw: other, record });
  const [made, expected] = [await checksumsBelow(raw, 'parts/'), await checksumsBelow(other, 'parts/')];
  assert.ok(expected.size >= 18);
  assert.deepEqual(made, expected);
});
