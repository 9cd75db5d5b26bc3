import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { objectNotFound } from '../store/errors.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { makeDataset, publish } from './dataset.test-world.ts';
import { fetchDataset } from './fetch.ts';
import { listDatasets } from './list.ts';
import { readManifest } from './manifest.ts';
import { publishDataset } from './publish.ts';
import { stagedKey } from './staged.ts';
import type { TransferProgress } from './transfer.ts';
import { verifyDataset } from './verify.ts';

const runId = 'run-1';

async function world(t: TestContext) {
  const { folder, dataset, close } = await makeDataset();
  t.after(close);
  return { folder, dataset, datasets: openStore(folder), to: openStore(join(folder, 'public/some')) };
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

test('a published dataset is the one that was sealed, labels too, and nothing else lies there', async (t) => {
  const { folder, dataset, datasets, to } = await world(t);
  const seen: TransferProgress[] = [];
  const published = await publishDataset({ datasets, runId, to, onProgress: (of) => seen.push(of) });
  const manifest = JSON.parse(await readFile(join(dataset, 'manifest.json'), 'utf8'));
  assert.deepEqual(
    (await keysOf(to)).sort(),
    ['manifest.json', ...manifest.files.map(({ path }: { path: string }) => path)]
      .map((path) => `${runId}/${path}`)
      .sort(),
  );
  assert.deepEqual([published.files, published.kept], [manifest.files.length + 1, 0]);
  const last = seen.at(-1);
  assert.deepEqual([last?.done, last?.bytes], [last?.total, last?.total_bytes]);
  const copy = join(folder, 'copy');
  await fetchDataset({ datasets: to, runId, to: copy, labels: true });
  assert.deepEqual((await verifyDataset({ directory: copy })).findings, []);

  const again = await publishDataset({ datasets, runId, to });
  assert.equal(again.kept, again.files - 1);
});

test('published again it puts right what is damaged or missing there', async (t) => {
  const { datasets, to } = await world(t);
  await publishDataset({ datasets, runId, to });
  const good = await to.get(`${runId}/ocsf_logs.parquet`);
  await to.put(
    `${runId}/ocsf_logs.parquet`,
    good.map((byte, i) => (i === 40 ? byte ^ 1 : byte)),
  );
  await to.delete(`${runId}/README.md`);
  const { files, kept } = await publishDataset({ datasets, runId, to });
  assert.equal(files - 1 - kept, 2);
  assert.equal(Buffer.compare(await to.get(`${runId}/ocsf_logs.parquet`), good), 0);
});

test('until all files are there, no reader finds the dataset; then it goes on where it was', async (t) => {
  const { datasets, to } = await world(t);
  const stop = new AbortController();
  const stopped = publishDataset({
    ...{ datasets, runId, to, signal: stop.signal },
    onProgress: ({ done }) => done === 5 && stop.abort(),
  });
  await assert.rejects(stopped, { code: 'CANCELLED' });
  const [entry] = await listDatasets({ datasets: to });
  assert.ok(entry && 'problem' in entry && /not sealed/.test(entry.problem));
  const { kept } = await publishDataset({ datasets, runId, to });
  assert.ok(kept >= 5);
});

test('a file that is not what the manifest names is not sent, and nothing is published', async (t) => {
  const { dataset, datasets, to } = await world(t);
  await writeFile(join(dataset, 'ocsf_logs.parquet'), 'other');
  await assert.rejects(publishDataset({ datasets, runId, to }), { code: 'CHECKSUM_MISMATCH' });
  assert.equal(await to.head(`${runId}/ocsf_logs.parquet`), undefined);
  assert.equal(await to.head(`${runId}/manifest.json`), undefined);
});

test('a file that sealing was killed over lies by its checksum still, and is found there', async (t) => {
  const { dataset, datasets, to } = await world(t);
  const { manifest } = await readManifest({ datasets, runId });
  const { sha256 = '' } = manifest.files.find(({ path }) => path === 'README.md') ?? {};
  const staged = join(dataset, '..', stagedKey(runId, sha256));
  await mkdir(join(staged, '..'));
  await rename(join(dataset, 'README.md'), staged);
  await publishDataset({ datasets, runId, to });
  assert.match(Buffer.from(await to.get(`${runId}/README.md`)).toString(), /A dataset/);
  // The same from a bucket that is not of this computer.
  const away = openStore('memory:');
  await publishDataset({ datasets: await publish({ dataset }), runId, to: away });
  assert.match(Buffer.from(await away.get(`${runId}/README.md`)).toString(), /A dataset/);
});

test('of a file that is missing the message names the store that lacks it', async (t) => {
  const { dataset, datasets, to } = await world(t);
  /** As a server answers a part of an upload that another process has ended. */
  class Refusing extends MemoryStore {
    override async put(...of: Parameters<MemoryStore['put']>): Promise<void> {
      if (of[0].endsWith('/README.md')) throw objectNotFound({ store: 's3://public', key: of[0] });
      await super.put(...of);
    }
  }
  await assert.rejects(publishDataset({ datasets, runId, to: new Refusing() }), {
    code: 'OBJECT_NOT_FOUND',
    message: /s3:\/\/public/,
  });
  await rm(join(dataset, 'README.md'));
  await assert.rejects(publishDataset({ datasets, runId, to }), (error: Error & { code?: string }) => {
    assert.ok(error.message.includes(datasets.url));
    return error.code === 'FILE_MISSING';
  });
});

test('another dataset of that id is left as it is, published or on its way', async (t) => {
  const { datasets, to } = await world(t);
  const other = await makeDataset({ manifest: ({ manifest }) => void Object.assign(manifest, { seed: 8 }) });
  t.after(other.close);
  const theirs = openStore(other.folder);
  const claim = `${runId}/publishing.json`;
  await to.put(claim, await theirs.get(`${runId}/manifest.json`));
  await assert.rejects(publishDataset({ datasets, runId, to }), {
    code: 'PUBLISH_TAKEN',
    message: /delete run-1\/publishing\.json there/,
  });
  assert.deepEqual(await keysOf(to), [claim]);

  await publishDataset({ datasets: theirs, runId, to });
  const before = await keysOf(to);
  assert.ok(!before.includes(claim));
  await assert.rejects(publishDataset({ datasets, runId, to }), { code: 'DATASET_DIFFERS' });
  assert.deepEqual(await keysOf(to), before);
  assert.equal(JSON.parse(Buffer.from(await to.get(`${runId}/manifest.json`)).toString()).seed, 8);
});

test('the ground truth stays where it is when it is not to be published', async (t) => {
  const { folder, dataset, datasets, to } = await world(t);
  await mkdir(join(dataset, 'report'));
  await writeFile(join(dataset, 'report/detectors.json'), '{}');
  await publishDataset({ datasets, runId, to, labels: false });
  const keys = await keysOf(to);
  assert.ok(!keys.some((key) => key.includes('labels/') || key.includes('detectors')));
  const other = new MemoryStore();
  await publishDataset({ datasets, runId, to: other });
  assert.ok((await keysOf(other)).includes(`${runId}/report/detectors.json`));
  await fetchDataset({ datasets: to, runId, to: join(folder, 'copy') });
  await assert.rejects(fetchDataset({ datasets: to, runId, to: join(folder, 'copy'), labels: true }), {
    code: 'FILE_MISSING',
  });
});
