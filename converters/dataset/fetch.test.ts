import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ObjectStore } from '../store/store.ts';
import { makeDataset, publish } from './dataset.test-world.ts';
import { fetchDataset } from './fetch.ts';
import { filesBelow } from './files-below.ts';
import type { TransferProgress } from './transfer.ts';
import { verifyDataset } from './verify.ts';

/** As a user would, with the program of coreutils. */
function checkSums(folder: string): void {
  if (process.platform === 'linux')
    execFileSync('sha256sum', ['--check', '--quiet', '--strict', 'SHA256SUMS'], { cwd: folder });
}

async function world(t: TestContext): Promise<{ datasets: ObjectStore; to: string; folder: string }> {
  const { folder, dataset, close } = await makeDataset();
  t.after(close);
  return { datasets: await publish({ dataset }), to: join(folder, 'data', 'run-1'), folder };
}

test('a fetched dataset is whole, and has no labels unless they are asked for', async (t) => {
  const { datasets, to, folder } = await world(t);
  const seen: TransferProgress[] = [];
  const fetched = await fetchDataset({
    datasets,
    runId: 'run-1',
    to,
    onProgress: (progress) => seen.push(progress),
  });
  assert.deepEqual((await verifyDataset({ directory: to })).findings, []);
  checkSums(to);
  const files = await filesBelow(to);
  assert.ok(!files.some((path) => path.startsWith('labels/')));
  assert.equal(fetched.files, files.length);
  assert.equal(
    fetched.bytes,
    (await Promise.all(files.map((path) => readFile(join(to, path))))).reduce(
      (sum, { length }) => sum + length,
      0,
    ),
  );
  assert.deepEqual(
    seen.map(({ done }) => done),
    seen.map((_, i) => i + 1),
  );
  assert.deepEqual(await readdir(join(folder, 'data')), ['run-1']);

  const again = await fetchDataset({ datasets, runId: 'run-1', to, labels: true });
  assert.equal(again.kept, fetched.files - 1);
  assert.ok((await filesBelow(to)).includes('labels/windows.parquet'));
  checkSums(join(to, 'labels'));
  assert.deepEqual((await verifyDataset({ directory: to })).findings, []);
});

test('an interrupted fetch goes on where it was', async (t) => {
  const { datasets, to } = await world(t);
  const stop = new AbortController();
  const first = fetchDataset({
    ...{ datasets, runId: 'run-1', to, signal: stop.signal },
    onProgress: ({ done }) => done === 3 && stop.abort(new Error('stopped here')),
  });
  await assert.rejects(first, /stopped here/);
  await assert.rejects(readdir(to), { code: 'ENOENT' });
  const brought = (await filesBelow(`${to}.partial`)).filter((path) => !path.endsWith('.unchecked'));
  assert.ok(brought.length >= 3);
  // One of them was cut by a crash, and one is of another time.
  await writeFile(join(`${to}.partial`, brought[0] ?? ''), 'half');
  await writeFile(join(`${to}.partial`, 'left-over'), 'x');
  const { kept } = await fetchDataset({ datasets, runId: 'run-1', to });
  assert.equal(kept, brought.length - 1);
  assert.deepEqual((await verifyDataset({ directory: to })).findings, []);
});

test('of a file that was brought in part, only the rest is asked for', async (t) => {
  const { datasets, to } = await world(t);
  const asked: string[] = [];
  const counting: ObjectStore = Object.create(datasets, {
    getRange: {
      value: (key: string, from: number, count: number) => {
        asked.push(`${key} ${from}`);
        return datasets.getRange(key, from, count);
      },
    },
    get: { value: (key: string) => datasets.get(key) },
    download: { value: (key: string, file: string) => datasets.download(key, file) },
  });
  const whole = await datasets.get('run-1/ocsf_logs.parquet');
  const other = await datasets.get('run-1/ocsf_traces.parquet');
  await mkdir(`${to}.partial`, { recursive: true });
  const unchecked = (path: string) => join(`${to}.partial`, `${path}.unchecked`);
  await writeFile(unchecked('ocsf_logs.parquet'), whole.subarray(0, 100));
  await writeFile(unchecked('ocsf_traces.parquet'), 'not what it begins with');
  await writeFile(unchecked('README.md'), await datasets.get('run-1/README.md'));
  await fetchDataset({ datasets: counting, runId: 'run-1', to });
  const of = (path: string) => asked.filter((said) => said.startsWith(`run-1/${path} `));
  assert.deepEqual(of('ocsf_logs.parquet'), ['run-1/ocsf_logs.parquet 100']);
  assert.deepEqual(of('ocsf_traces.parquet'), [
    'run-1/ocsf_traces.parquet 23',
    'run-1/ocsf_traces.parquet 0',
  ]);
  assert.deepEqual(of('README.md'), []);
  assert.deepEqual((await verifyDataset({ directory: to })).findings, []);
  assert.equal(Buffer.compare(await readFile(join(to, 'ocsf_traces.parquet')), other), 0);
});

test('a damaged or missing object stops the fetch, and nothing gets the name', async (t) => {
  const { datasets, to } = await world(t);
  const key = 'run-1/ocsf_traces.parquet';
  const good = await datasets.get(key);
  const bad = good.slice();
  bad[100] = (bad[100] ?? 0) ^ 1;
  await datasets.put(key, bad);
  await assert.rejects(fetchDataset({ datasets, runId: 'run-1', to }), {
    code: 'CHECKSUM_MISMATCH',
    message: /ocsf_traces\.parquet.*got [0-9a-f]{64}/,
  });
  await datasets.delete(key);
  await assert.rejects(fetchDataset({ datasets, runId: 'run-1', to }), {
    code: 'FILE_MISSING',
    message: /ocsf_traces\.parquet.*seal the run again/,
  });
  await assert.rejects(readdir(to), { code: 'ENOENT' });
  await datasets.put(key, good);
  await fetchDataset({ datasets, runId: 'run-1', to });
});

test('another dataset, or anything else, is not overwritten', async (t) => {
  const { datasets, to } = await world(t);
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'notes.txt'), 'mine');
  await assert.rejects(fetchDataset({ datasets, runId: 'run-1', to }), {
    code: 'TARGET_TAKEN',
    message: /no manifest/,
  });
  await writeFile(join(to, 'manifest.json'), '{}');
  await assert.rejects(fetchDataset({ datasets, runId: 'run-1', to }), {
    code: 'TARGET_TAKEN',
    message: /another manifest/,
  });
  assert.equal(await readFile(join(to, 'notes.txt'), 'utf8'), 'mine');
});

test('what is not in the bucket, and ids and manifests that lead elsewhere', async (t) => {
  const { datasets, to, folder } = await world(t);
  await assert.rejects(fetchDataset({ datasets, runId: 'none', to }), { code: 'DATASET_NOT_FOUND' });
  await assert.rejects(fetchDataset({ datasets, runId: '../run-1', to }), { code: 'RUN_ID_INVALID' });
  const manifest = JSON.parse(Buffer.from(await datasets.get('run-1/manifest.json')).toString());
  for (const path of ['../evil', '/etc/evil', 'a/../../evil', 'a\\..\\evil', 'manifest.json', 'a\0b', '']) {
    const files = [...manifest.files, { ...manifest.files[0], path }];
    await datasets.put('run-1/manifest.json', Buffer.from(JSON.stringify({ ...manifest, files })));
    await assert.rejects(fetchDataset({ datasets, runId: 'run-1', to }), {
      code: 'MANIFEST_INVALID',
      message: /plain path/,
    });
  }
  const { seed: _, ...without } = manifest;
  await datasets.put('run-1/manifest.json', Buffer.from(JSON.stringify({ ...without, extra: 1 })));
  await assert.rejects(fetchDataset({ datasets, runId: 'run-1', to }), {
    code: 'MANIFEST_INVALID',
    message: /manifest\.seed is missing; manifest\.extra is unknown/,
  });
  assert.deepEqual(await readdir(folder), ['run-1']);
});
