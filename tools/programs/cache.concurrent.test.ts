import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { needs, temporaryFolder, writeModule } from './fixtures/world.ts';

const run = promisify(execFile);
const builder = fileURLToPath(new URL('fixtures/build-module.ts', import.meta.url));

test('three processes that want the same program build it once', { timeout: 120_000 }, async (t) => {
  const go = needs(t, 'go');
  if (!go) return;
  const folder = await temporaryFolder(t);
  const module = await writeModule(join(folder, 'src'), 'package main\n\nfunc main() { println("tiny") }\n');
  const entry = join(folder, 'cache', 'programs', 'tiny-1.0.0');
  const args = ['--import', import.meta.resolve('tsx'), builder, go, entry, JSON.stringify(module)];
  const results = await Promise.all([1, 2, 3].map(() => run(process.execPath, args)));

  const made = results.map(({ stdout }) => (JSON.parse(stdout) as { made: boolean }).made);
  assert.deepEqual(made.filter(Boolean), [true]);
  assert.match((await run(join(entry, 'bin', 'tiny'))).stderr, /^tiny/);
  assert.deepEqual(await readdir(join(entry, '..')), ['tiny-1.0.0'], 'neither lock nor scratch remains');
});
