import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { MemoryStore } from '../store/memory.ts';
import { isObjectOf, rawObjects } from './raw-objects.ts';
import type { RunRecord } from './record.ts';
import { RunIndex } from './run-index.ts';
import { encodeRecord, recordKey } from './runs.ts';

const complete = benchRecord(100);
const start = complete.window.start_ms;
const running: RunRecord = {
  ...{ ...complete, run_id: 'going-on', state: 'running' },
  window: { start_ms: start, end_ms: null },
  raw: { prefix: 'raw', drained_ms: null },
};
const KEY = 'raw/2026/11/24/06/10/traces_1.binpb.gz';

/** Counts how often it is listed and each key is read. */
class Counting extends MemoryStore {
  lists = 0;
  reads: string[] = [];
  override list(...args: Parameters<MemoryStore['list']>) {
    this.lists += 1;
    return super.list(...args);
  }
  override get(key: string) {
    this.reads.push(key);
    return super.get(key);
  }
}

const put = (raw: MemoryStore, record: RunRecord) =>
  raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));

test('knows the runs that hold an object, and reads those that are complete only once', async () => {
  const raw = new Counting();
  const index = new RunIndex(raw);
  await put(raw, complete);
  await put(raw, running);
  await raw.put('runs/bench/client.ndjson.gz', new Uint8Array());
  const ids = async (key: string) => (await index.holding(key)).map(({ run_id }) => run_id);
  assert.deepEqual(await ids(KEY), ['bench', 'going-on']);
  assert.deepEqual(await ids('raw/2026/11/24/05/59/traces_1.binpb.gz'), []);
  assert.deepEqual(await ids('raw/2027/11/24/05/59/traces_1.binpb.gz'), ['going-on']);
  assert.deepEqual(raw.reads.sort(), ['runs/bench.json', ...Array(3).fill('runs/going-on.json')]);
  await raw.delete('runs/bench.json');
  assert.deepEqual(await ids(KEY), ['going-on']);
  const short = {
    window: { start_ms: start, end_ms: start + 1 },
    raw: { prefix: 'raw', drained_ms: start + 1 },
  };
  await put(raw, { ...complete, seed: 22, ...short });
  assert.deepEqual(await ids(KEY), ['going-on'], 'a run of the same id that was made anew');
});

test('many who ask at once share a reading that began after they asked', async () => {
  const raw = new Counting();
  const index = new RunIndex(raw);
  const early = index.holding(KEY);
  const putting = put(raw, running); // is there at once
  const late = await Promise.all(Array.from({ length: 50 }, () => index.holding(KEY)));
  await Promise.all([early, putting]);
  assert.ok(late.every((records) => records.length === 1));
  assert.equal(raw.lists, 2);
});

test('where the listing says which content a record is, one that goes on is read again only when it has changed', async () => {
  class Tagged extends Counting {
    override async *list(...args: Parameters<MemoryStore['list']>) {
      for await (const info of super.list(...args)) {
        const bytes = await MemoryStore.prototype.get.call(this, info.key);
        yield { ...info, lastModified: new Date(0), etag: Buffer.from(bytes).toString('base64') };
      }
    }
  }
  const raw = new Tagged();
  const index = new RunIndex(raw);
  await put(raw, running);
  for (let i = 0; i < 3; i++) assert.deepEqual((await index.holding(KEY))[0]?.state, 'running');
  assert.equal(raw.reads.length, 1);
  await put(raw, { ...running, seed: 2 }); // as long as before, in the same moment
  assert.equal((await index.holding(KEY))[0]?.seed, 2);
  assert.equal(raw.reads.length, 2);
});

test('asked once, it is listed once, when the first object asks; asked again it sees what has begun', async () => {
  const raw = new Counting();
  const index = new RunIndex(raw);
  const first = index.once();
  assert.equal(raw.lists, 0);
  await put(raw, complete);
  for (let i = 0; i < 3; i++) assert.equal((await first.holding(KEY)).length, 1);
  await put(raw, running);
  assert.equal((await first.holding(KEY)).length, 1);
  assert.equal((await index.once().holding(KEY)).length, 2);
  assert.equal(raw.lists, 2);
});

test('a store that is away is told, and asked again', async () => {
  class Away extends MemoryStore {
    away = true;
    override list(...args: Parameters<MemoryStore['list']>) {
      if (this.away) throw new Error('away');
      return super.list(...args);
    }
  }
  const raw = new Away();
  const index = new RunIndex(raw);
  await assert.rejects(index.holding(KEY), /away/);
  raw.away = false;
  await put(raw, complete);
  assert.equal((await index.holding(KEY)).length, 1);
});

test('an object is one of a run by its key where the run’s listing has it', async () => {
  const raw = new MemoryStore();
  const until = start + 5 * 60_000;
  const name = (ms: number) => {
    const hex = ms.toString(16).padStart(12, '0');
    return `traces_${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000.binpb.gz`;
  };
  const keys = [
    'raw/2026/11/24/05/59/traces_a.binpb.gz',
    'raw/2026/11/24/06/00/traces_a.binpb.gz',
    'raw/2026/11/24/06/04/traces_a.binpb.gz',
    `raw/2026/11/24/06/05/${name(until)}`,
    `raw/2026/11/24/06/05/${name(until + 1)}`,
    'raw/2026/11/24/06/06/traces_a.binpb.gz',
    'raw/runs/other/2026/11/24/06/01/traces_a.binpb.gz',
    'rawer/2026/11/24/06/01/traces_a.binpb.gz',
  ];
  for (const key of keys) await raw.put(key, new Uint8Array());
  const record: RunRecord = {
    ...complete,
    window: { start_ms: start, end_ms: until - 1 },
    raw: { prefix: 'raw', drained_ms: until },
  };
  const listed: string[] = [];
  for await (const { key } of rawObjects({ raw, record })) listed.push(key);
  assert.deepEqual(listed, keys.slice(1, 4));
  assert.deepEqual(
    keys.filter((key) => isObjectOf(record, key)),
    listed,
  );
  assert.deepEqual(
    keys.filter((key) => isObjectOf(running, key)),
    keys.slice(1, 6),
  );
  assert.equal(isObjectOf({ ...record, target: 'foreign' }, keys[1] ?? ''), false);
});
