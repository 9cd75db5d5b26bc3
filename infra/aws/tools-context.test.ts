import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { CONTEXT_ROOT } from '../container/context-hash.ts';
import { stackFolder, toolsContext } from './tools-context.ts';

const STACK = `test-tools-${process.pid}`;
after(() => rmSync(stackFolder(STACK), { recursive: true, force: true }));

const { folder, tag } = toolsContext({ stack: STACK, salt: 'node:1' });
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });

test('the context has the sources of the commands, and no tests', () => {
  for (const file of ['Dockerfile', 'package-lock.json', 'tools/cli/bin.js', 'converters/seal/seal.ts'])
    assert.ok(files.includes(file), file);
  assert.deepEqual(
    files.filter((file) => /\.test(-world)?\.|node_modules|(^|\/)testing\//.test(file)),
    [],
  );
});

test('its tag is that of what it holds', () => {
  assert.match(tag, /^[0-9a-f]{12}$/);
  assert.equal(toolsContext({ stack: STACK, salt: 'node:1' }).tag, tag);
  assert.notEqual(toolsContext({ stack: STACK, salt: 'node:2' }).tag, tag);
});

test('every file that a command may load is there', async () => {
  const entryPoints = ['tools/cli/main.ts', 'infra/aws/control/main.ts', 'infra/aws/load/main.ts'];
  const { metafile } = await build({
    ...{ absWorkingDir: folder, entryPoints, outdir: 'out', bundle: true, write: false, metafile: true },
    ...{ platform: 'node', format: 'esm', packages: 'external', logLevel: 'silent' },
  });
  assert.ok(Object.keys(metafile.inputs).length > 300);
});

test('the command that seals starts from nothing but it and the packages', async () => {
  symlinkSync(join(CONTEXT_ROOT, 'node_modules'), join(folder, 'node_modules'));
  const { stdout } = await promisify(execFile)('node', ['tools/cli/bin.js', 'seal', '--help'], {
    cwd: folder,
  });
  assert.match(stdout, /^Usage: faultline seal /);
});
