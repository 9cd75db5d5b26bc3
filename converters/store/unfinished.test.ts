import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from './open.ts';

const WRITER = `
  const { openStore } = await import(${JSON.stringify(new URL('open.ts', import.meta.url).href)});
  await openStore(process.argv[1]).put('a', { file: process.argv[2] });
`;

/** A process that puts an object whose bytes never come. */
async function startPut(t: TestContext, root: string) {
  const pipe = join(root, '..', `pipe-${(await readdir(join(root, '..'))).length}`);
  execFileSync('mkfifo', [pipe]);
  const watcher = watch(join(root, '.sgwtmp'));
  const began = once(watcher, 'change');
  const args = ['--import', 'tsx', '--input-type=module', '-e', WRITER, root, pipe];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await began;
  watcher.close();
  return child;
}

test('what a killed process left unfinished is removed by the next put, and what another writes is not', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'unfinished-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, 'bucket');
  await mkdir(join(root, '.sgwtmp'), { recursive: true });
  const killed = await startPut(t, root);
  const [left = ''] = await readdir(join(root, '.sgwtmp'));
  assert.match(left, new RegExp(`^\\.put-[0-9a-f]{12}-${killed.pid}-`));
  const living = await startPut(t, root);
  assert.equal((await readdir(join(root, '.sgwtmp'))).length, 2);
  killed.kill('SIGKILL');
  await once(killed, 'close');

  const store = openStore(root);
  await store.put('b', Buffer.from('whole'));
  const [kept = '', ...others] = await readdir(join(root, '.sgwtmp'));
  assert.ok(kept.includes(`-${living.pid}-`) && others.length === 0, `${kept} ${others}`);
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  assert.deepEqual(keys, ['b']);
});
