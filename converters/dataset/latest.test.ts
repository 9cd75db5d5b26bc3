import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pointLatest } from './latest.ts';

async function dataFolder(t: TestContext): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'latest-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  for (const id of ['run-1', 'run-2']) {
    await mkdir(join(data, id));
    await writeFile(join(data, id, 'manifest.json'), id);
  }
  return data;
}

const latest = (data: string) => readFile(join(data, 'latest', 'manifest.json'), 'utf8');
const noLinks = () => Promise.reject(Object.assign(new Error('no links here'), { code: 'EPERM' }));

test('latest leads to the newest dataset, by a relative link that is replaced in one step', async (t) => {
  const data = await dataFolder(t);
  assert.equal(await pointLatest(data, 'run-1'), 'link');
  assert.equal(await latest(data), 'run-1');
  let going = true;
  const reader = (async () => {
    while (going) assert.match(await latest(data), /^run-[12]$/);
  })();
  for (let i = 0; i < 50; i++) await pointLatest(data, i % 2 ? 'run-1' : 'run-2');
  await pointLatest(data, 'run-2');
  going = false;
  await reader;
  assert.equal(await readlink(join(data, 'latest')), 'run-2');
  assert.deepEqual((await readdir(data)).sort(), ['latest', 'run-1', 'run-2']);
});

test('where links are impossible it is a copy, and later a link again', async (t) => {
  const data = await dataFolder(t);
  for (const id of ['run-1', 'run-2']) {
    assert.equal(await pointLatest(data, id, { link: noLinks }), 'copy');
    assert.equal(await latest(data), id);
  }
  assert.ok((await lstat(join(data, 'latest'))).isDirectory());
  await pointLatest(data, 'run-1');
  assert.ok((await lstat(join(data, 'latest'))).isSymbolicLink());
  assert.deepEqual((await readdir(data)).sort(), ['latest', 'run-1', 'run-2']);
});

test('a folder of the user is not replaced', async (t) => {
  const data = await dataFolder(t);
  await mkdir(join(data, 'latest'));
  await writeFile(join(data, 'latest', 'notes.txt'), 'mine');
  await assert.rejects(pointLatest(data, 'run-1'), { code: 'LATEST_TAKEN' });
  assert.equal(await readFile(join(data, 'latest', 'notes.txt'), 'utf8'), 'mine');
  await assert.rejects(pointLatest(data, '../run-1'), { code: 'RUN_ID_INVALID' });
});
