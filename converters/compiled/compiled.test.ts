import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleOwn } from '../bundle.ts';
import { compiled } from './compiled.ts';
import { ENTRIES } from './entries.ts';
import { compiledFolder, LIST, PACKAGES, root, SOURCES } from './folder.js';
import { makeCompiled } from './make.ts';

const run = promisify(execFile);
const dir = await mkdtemp(join(tmpdir(), 'compiled-'));
test.after(() => rm(dir, { recursive: true, force: true }));

test('all that goes into compiled modules is in their hash', async () => {
  const inputs = await bundleOwn({ entries: ENTRIES, outdir: join(dir, 'bundle') });
  const own = inputs.filter((path) => !path.startsWith('node_modules/') && !PACKAGES.includes(path));
  assert.ok(own.length > 100, `${own.length}`);
  const isHashed = (path: string) =>
    SOURCES.some((folder) => path.startsWith(`${folder}/`)) && /\.[jt]s$/.test(path);
  assert.deepEqual(
    own.filter((path) => !isHashed(path) || /\.test(-world)?\.ts$/.test(path)),
    [],
  );
});

test('it is made once, for threads and for the command, and runs without a reader of TypeScript', async () => {
  const cache = join(dir, 'cache');
  process.env.FAULTLINE_CACHE = cache;
  const thread = await compiled(import.meta.resolve('../convert.thread.ts'));
  assert.ok(thread?.startsWith(pathToFileURL(cache).href) && thread.endsWith('/convert.thread.mjs'), thread);
  assert.equal(await compiled(import.meta.resolve('../errors.ts')), undefined);
  const bin = join(root, 'tools/cli/bin.js');
  const { stdout } = await run(process.execPath, [bin, 'convert', '--help']);
  assert.match(stdout, /--from-prometheus/);
  const commands = fileURLToPath(new URL('commands.mjs', thread));
  const script = `const { main } = await import(${JSON.stringify(commands)}); process.exitCode = await main(['', '', 'seal'])`;
  await assert.rejects(run(process.execPath, ['--input-type=module', '--eval', script]), {
    code: 2,
    stderr: /missing required argument 'run-id'/,
  });
  await bundleOwn({ entries: { compiled: 'converters/compiled/compiled.ts' }, outdir: join(dir, 'itself') });
  const { compiled: ofItself } = await import(pathToFileURL(join(dir, 'itself/compiled.mjs')).href);
  const source = import.meta.resolve('../convert.thread.ts');
  assert.equal(await ofItself(source), thread, 'compiled modules find one another');
  assert.equal((await readdir(join(cache, 'compiled'))).length, 1);
});

test('a folder that was damaged, or that others may write to, is made anew, and what is used is kept', async () => {
  const cache = join(dir, 'damaged');
  process.env.FAULTLINE_CACHE = cache;
  const folder = await makeCompiled();
  const thread = join(folder, 'convert.thread.mjs');
  const text = await readFile(thread);
  const spoiled: (() => Promise<unknown>)[] = [
    () => rm(thread),
    () => truncate(thread),
    () => rm(join(folder, LIST)),
    () => chmod(folder, 0o777),
    () => chmod(join(cache, 'compiled'), 0o777),
  ];
  for (const spoil of spoiled) {
    await spoil();
    assert.equal((await compiledFolder()).exists, false, String(spoil));
    assert.equal(await makeCompiled(), folder);
    assert.deepEqual([(await compiledFolder()).exists, await readFile(thread)], [true, text], String(spoil));
  }

  const old = new Date(Date.now() - 30 * 24 * 60 * 60 * 1000);
  const others = Array.from({ length: 20 }, (_, i) => join(cache, 'compiled', String(i).padStart(32, '0')));
  const left = join(cache, 'compiled', `${'f'.repeat(32)}.building-1`);
  for (const path of [...others, left]) await mkdir(path);
  for (const path of [...others.slice(10), left, folder]) await utimes(path, old, old);
  await compiledFolder(); // it is used
  await rm(join(folder, LIST));
  await makeCompiled();
  const names = await readdir(join(cache, 'compiled'));
  assert.deepEqual(
    [...others.slice(0, 10), folder, left].map((path) => names.includes(basename(path))),
    [...others.slice(0, 10).map(() => true), true, false],
  );
  assert.equal(names.length, 16);
});
