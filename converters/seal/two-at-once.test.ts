import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { convertRun } from '../convert.ts';
import { makeDataset, type World } from '../dataset/dataset.test-world.ts';
import { fetchDataset } from '../dataset/fetch.ts';
import { formatManifest, parseManifest, readManifest } from '../dataset/manifest.ts';
import { stagedKey } from '../dataset/staged.ts';
import { MemoryStore } from '../store/memory.ts';
import type { ObjectStore } from '../store/store.ts';
import { EVERY_KIND, EVERY_KIND_RUN as record } from '../write/every-kind.test-world.ts';
import { publish } from './publish.ts';
import { type Judge, type Judgement, sealRun } from './seal.ts';

const KEY = `${record.run_id}/manifest.json`;

/** Tells nobody whether there is a manifest until two have asked: then both believe that there is none. */
class Meeting extends MemoryStore {
  asked = 0;
  #meet = () => {};
  readonly #met = new Promise<void>((resolve) => {
    this.#meet = resolve;
  });
  override async head(key: string) {
    if (key !== KEY) return super.head(key);
    this.asked += 1;
    if (this.asked === 2) this.#meet();
    await this.#met;
    return super.head(key);
  }
}

async function sealTwice(...judgements: readonly Judgement[]) {
  const [raw, datasets] = [new MemoryStore(), new Meeting()];
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  await convertRun({ raw, record });
  const sealed = await Promise.allSettled(
    judgements.map((judgement) => sealRun({ raw, datasets, record, judge: async () => judgement })),
  );
  assert.ok(datasets.asked >= 2);
  const manifest = JSON.parse(Buffer.from(await datasets.get(KEY)).toString('utf8')) as Judgement;
  return { sealed, manifest };
}

test('two that seal the same run at once both succeed, with one dataset', async () => {
  const { sealed, manifest } = await sealTwice({ forced: [] }, { forced: [] });
  for (const one of sealed) assert.deepEqual(one, { status: 'fulfilled', value: manifest });
});

test('of two that judge it differently one publishes, and the other is told what differs', async () => {
  const { sealed, manifest } = await sealTwice({ forced: [] }, { forced: ['conservation'] });
  const won = sealed.findIndex(({ status }) => status === 'fulfilled');
  const [winner, loser] = [sealed[won], sealed[1 - won]];
  assert.ok(winner?.status === 'fulfilled' && loser?.status === 'rejected');
  assert.deepEqual(winner.value, manifest);
  assert.equal(loser.reason.code, 'MANIFEST_DIFFERS');
  assert.match(loser.reason.message, /its forced differs/);
});

type Put = ObjectStore['put'];

/** The same bucket, where putting is another thing. */
const withPut = (inner: ObjectStore, put: Put): ObjectStore => ({
  url: inner.url,
  list: (...of) => inner.list(...of),
  head: (key) => inner.head(key),
  get: (key) => inner.get(key),
  getRange: (...of) => inner.getRange(...of),
  checksum: (key) => inner.checksum(key),
  stream: (key) => inner.stream(key),
  download: (key, file) => inner.download(key, file),
  delete: (key) => inner.delete(key),
  put,
});

/** The same bucket, whose puts wait until they are released. */
function held(inner: ObjectStore): { store: ObjectStore; asked: Promise<void>; release: () => void } {
  let [ask, release] = [() => {}, () => {}];
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const store = withPut(inner, async (...of) => {
    ask();
    await gate;
    await inner.put(...of);
  });
  return { store, asked, release };
}

const judgement = (campaign: string): string => JSON.stringify({ campaign, sound: true, checks: [] });

/** Writes a report of its own, and one that all write. */
const judging =
  (campaign: string): Judge =>
  async ({ dir }) => {
    await mkdir(join(dir, 'report'), { recursive: true });
    await writeFile(join(dir, 'report/quality.json'), judgement(campaign));
    await writeFile(join(dir, 'note.txt'), 'the same');
    return { forced: [] };
  };

async function convertedRun(): Promise<{ raw: MemoryStore; datasets: MemoryStore }> {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  await convertRun({ raw, record });
  return { raw, datasets };
}

/** What a reader gets, and that nothing else is there. */
async function needWhole(datasets: MemoryStore, campaign: string): Promise<void> {
  const { manifest } = await readManifest({ datasets, runId: record.run_id });
  for (const { path, sha256 } of manifest.files) {
    const bytes = await datasets.get(`${record.run_id}/${path}`);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, path);
  }
  assert.equal(
    Buffer.from(await datasets.get(`${record.run_id}/report/quality.json`)).toString(),
    judgement(campaign),
  );
  const keys: string[] = [];
  for await (const { key } of datasets.list('')) keys.push(key.slice(record.run_id.length + 1));
  assert.deepEqual(keys.sort(), ['manifest.json', ...manifest.files.map(({ path }) => path)].sort());
}

test('who has judged differently and puts its files when another has published changes nothing there', async () => {
  const { raw, datasets } = await convertedRun();
  const { store, asked, release } = held(datasets);
  const late = sealRun({ raw, datasets: store, record, judge: judging('late') });
  await asked; // it has looked for a manifest, and found none
  await sealRun({ raw, datasets, record, judge: judging('first') });
  release();
  await assert.rejects(late, { code: 'MANIFEST_DIFFERS' });
  await needWhole(datasets, 'first');
});

test('who is of another version, and finds a dataset once it begins to put its files, leaves that one whole', async (t) => {
  const [first, late] = [
    await makeDataset(),
    await makeDataset({ rows: ({ rows }) => void rows.logs?.pop() }),
  ];
  t.after(() => Promise.all([first.close(), late.close()]));
  const datasets = new MemoryStore();
  const publishOf = async ({ dataset: dir }: World, to: ObjectStore) => {
    const manifest = parseManifest({ bytes: await readFile(join(dir, 'manifest.json')), where: dir });
    const merged = new Set(manifest.files.map(({ path }) => path));
    await publish({ datasets: to, dir, manifest, merged, signal: undefined });
    return manifest.files;
  };
  let files: Awaited<ReturnType<typeof publishOf>> | undefined;
  /** Right after the late one has seen that there is none, the first one is published. */
  const head: ObjectStore['head'] = async (key) => {
    const found = await datasets.head(key);
    files ??= await publishOf(first, datasets);
    return found;
  };
  const put: Put = (...of) => datasets.put(...of);
  await assert.rejects(publishOf(late, { ...withPut(datasets, put), head }), { code: 'MANIFEST_DIFFERS' });
  assert.ok(files && files.length > 5);
  for (const { path, sha256 } of files) assert.equal(await datasets.checksum(`run-1/${path}`), sha256, path);
});

test('killed right after its manifest, a dataset is read whole, and sealing again puts all in its place', async (t) => {
  const { raw, datasets } = await convertedRun();
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const killed = withPut(datasets, async (...of) => {
    if (await datasets.head(KEY)) throw new Error('killed');
    await datasets.put(...of);
  });
  await assert.rejects(sealRun({ raw, datasets: killed, record, judge: judging('only') }), /killed/);
  assert.equal(await datasets.head(`${record.run_id}/report/quality.json`), undefined);
  const { manifest } = await readManifest({ datasets, runId: record.run_id });
  const quality = manifest.files.find(({ path }) => path === 'report/quality.json');
  assert.ok(await datasets.head(stagedKey(record.run_id, quality?.sha256 ?? '')));
  const { files } = await fetchDataset({ datasets, runId: record.run_id, to: join(folder, 'whole') });
  assert.equal(files, manifest.files.length + 1);

  await sealRun({ raw, datasets, record, judge: judging('only') });
  await needWhole(datasets, 'only');
  assert.equal(Buffer.from(await datasets.get(KEY)).toString(), formatManifest(manifest));
});
