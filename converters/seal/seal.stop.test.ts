import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { convertRun } from '../convert.ts';
import { MemoryStore } from '../store/memory.ts';
import { EVERY_KIND, EVERY_KIND_RUN as record } from '../write/every-kind.test-world.ts';
import { type SealProgress, sealRun } from './seal.ts';
import { makeWorkFolder } from './work-folder.ts';

async function converted(): Promise<MemoryStore> {
  const raw = new MemoryStore();
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  await convertRun({ raw, record });
  return raw;
}

/** Keys of what was published. */
async function published(datasets: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of datasets.list('')) keys.push(key);
  return keys;
}

for (const stage of ['merge', 'judge', 'upload'] as const) {
  test(`stopped while it is at "${stage}", it publishes nothing and leaves no folder`, async () => {
    const raw = await converted();
    const datasets = new MemoryStore();
    const stop = new AbortController();
    let folder = '';
    let told: AbortSignal | undefined;
    const seen: SealProgress['stage'][] = [];
    const sealed = sealRun({
      raw,
      datasets,
      record,
      signal: stop.signal,
      judge: async ({ dir, signal }) => {
        folder = dir;
        told = signal;
      },
      onProgress: (progress) => {
        seen.push(progress.stage);
        if (progress.stage === stage) stop.abort();
      },
    });
    await assert.rejects(sealed, { code: 'CANCELLED' });
    assert.equal(seen.at(-1), stage);
    assert.deepEqual(await published(datasets), []);
    if (stage === 'upload') assert.equal(told, stop.signal);
    assert.equal(folder !== '' && existsSync(folder), false);
    await sealRun({ raw, datasets, record });
  });
}

test('stopped between two files of the upload, no manifest is put', async () => {
  const raw = await converted();
  const stop = new AbortController();
  class StoppingStore extends MemoryStore {
    override async put(...args: Parameters<MemoryStore['put']>): Promise<void> {
      await super.put(...args);
      stop.abort();
    }
  }
  const datasets = new StoppingStore();
  await assert.rejects(sealRun({ raw, datasets, record, signal: stop.signal }), { code: 'CANCELLED' });
  const keys = await published(datasets);
  const { files } = await sealRun({ raw, datasets: new MemoryStore(), record });
  assert.ok(keys.length > 0 && keys.length < files.length, `${keys.length} of ${files.length}`);
  assert.ok(!keys.some((key) => key.endsWith('manifest.json')));
});

test('stopped right after its manifest, what is published is put in its place all the same', async () => {
  const raw = await converted();
  const stop = new AbortController();
  class StoppingStore extends MemoryStore {
    override async put(...args: Parameters<MemoryStore['put']>): Promise<void> {
      await super.put(...args);
      if (args[0].endsWith('manifest.json')) stop.abort();
    }
  }
  const datasets = new StoppingStore();
  const { files } = await sealRun({ raw, datasets, record, signal: stop.signal });
  const expected = ['manifest.json', ...files.map(({ path }) => path)].map(
    (path) => `${record.run_id}/${path}`,
  );
  assert.deepEqual((await published(datasets)).sort(), expected.sort());
});

test('the folder of a process that was killed is removed at the next start, that of a living one is not', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'storefront-test-'));
  const script = `
    const { makeWorkFolder } = await import(${JSON.stringify(fileURLToPath(new URL('work-folder.ts', import.meta.url)))});
    console.log(await makeWorkFolder(process.argv[1]));
    setInterval(() => undefined, 60_000);
  `;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, parent], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const theirs = line.toString('utf8').trim();
    await writeFile(join(theirs, 'rows.parquet'), 'x');
    await mkdir(join(parent, 'storefront-seal-notes'));
    const first = await makeWorkFolder(parent);
    assert.ok(existsSync(theirs) && first !== theirs);
    child.kill('SIGKILL');
    await once(child, 'close');
    const second = await makeWorkFolder(parent);
    assert.deepEqual(
      (await readdir(parent)).sort(),
      [basename(first), basename(second), 'storefront-seal-notes'].sort(),
    );
  } finally {
    child.kill('SIGKILL');
    await rm(parent, { recursive: true, force: true });
  }
});
