import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeWorkFolder } from '../seal/work-folder.ts';
import { MemoryStore } from '../store/memory.ts';
import { makeDataset, publish, sha256 } from './dataset.test-world.ts';
import { formatManifest, readManifest } from './manifest.ts';
import { publishDataset } from './publish.ts';

const runId = 'run-1';
const LARGE = `${runId}/ocsf/large.bin`;

/** A bucket elsewhere with a dataset in which one file is brought in several pieces. */
class Elsewhere extends MemoryStore {
  pieces = 0;
  onPiece = () => {};
  override async getRange(key: string, from: number, count: number): Promise<Uint8Array> {
    if (key === LARGE) {
      this.pieces += 1;
      this.onPiece();
    }
    return await super.getRange(key, from, count);
  }
}

/** The folder for temporary files is one of this test. */
async function world(t: TestContext) {
  const { folder, dataset, close } = await makeDataset();
  t.after(close);
  const temp = join(folder, 'temp');
  await mkdir(temp);
  const { TMPDIR } = process.env;
  process.env.TMPDIR = temp;
  t.after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  const datasets = new Elsewhere();
  await publish({ dataset, datasets });
  const bytes = new Uint8Array(9 * 2 ** 20).fill(7);
  const { manifest } = await readManifest({ datasets, runId });
  const large = { path: 'ocsf/large.bin', bytes: bytes.length, sha256: sha256(bytes) };
  await datasets.put(LARGE, bytes);
  const named = formatManifest({ ...manifest, files: [large, ...manifest.files] });
  await datasets.put(`${runId}/manifest.json`, Buffer.from(named));
  return { temp, datasets, bytes };
}

test('stopped while a large file is brought here, the rest of it is not waited for', async (t) => {
  const { temp, datasets, bytes } = await world(t);
  const [to, stop] = [new MemoryStore(), new AbortController()];
  datasets.onPiece = () => stop.abort();
  const stopped = publishDataset({ datasets, runId, to, signal: stop.signal });
  await assert.rejects(stopped, { code: 'CANCELLED' });
  assert.equal(datasets.pieces, 1);
  assert.equal(await to.head(LARGE), undefined);
  assert.deepEqual(await readdir(temp), []);

  datasets.onPiece = () => {};
  await publishDataset({ datasets, runId, to });
  assert.equal(await to.checksum(LARGE), sha256(bytes));
});

test('what a killed publish has brought here is removed by the next', async (t) => {
  const { temp, datasets } = await world(t);
  const ended = spawnSync(process.execPath, ['--eval', '']).pid;
  const own = await makeWorkFolder(temp, 'publish');
  const theirs = join(temp, basename(own).replace(`-${process.pid}-`, `-${ended}-`));
  await rm(own, { recursive: true });
  await mkdir(theirs);
  await writeFile(join(theirs, 'brought'), 'x');
  await publishDataset({ datasets, runId, to: new MemoryStore() });
  assert.deepEqual(await readdir(temp), []);
});
