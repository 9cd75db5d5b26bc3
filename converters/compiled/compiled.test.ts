import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleOwn } from '../bundle.ts';
import { compiled } from './compiled.ts';
import { ENTRIES } from './entries.ts';
import { PACKAGES, root, SOURCES } from './folder.js';

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
