import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cached } from './cache.ts';
import { needs, temporaryFolder, until, writeModule } from './fixtures/world.ts';
import { buildGoModule } from './go.ts';

test('an aborted build ends its compilers and leaves nothing behind', { timeout: 120_000 }, async (t) => {
  const go = needs(t, 'go');
  if (!go) return;
  const folder = await temporaryFolder(t);
  const module = await writeModule(
    join(folder, 'src'),
    'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe("", nil) }\n',
  );
  const programs = join(folder, 'cache', 'programs');
  const entry = join(programs, 'slow-1.0.0');
  const controller = new AbortController();
  const building = cached({
    folder: entry,
    look: async () => undefined,
    make: (to) =>
      buildGoModule({
        ...{ module, name: 'slow', output: join(to, 'bin', 'slow'), go, signal: controller.signal },
        // an empty build cache: the whole standard library has to be compiled, which takes a while
        env: { ...process.env, GOCACHE: join(folder, 'gocache') },
      }),
    keep: 'bin/slow',
    label: 'slow',
    signal: controller.signal,
  });
  const ended = building.catch((error: unknown) => error);
  await until(async () => (await processesWith(programs)).length > 1);

  const reason = new Error('interrupted');
  controller.abort(reason);
  assert.equal(await ended, reason);
  assert.deepEqual(await readdir(programs), []);
  await until(async () => (await processesWith(programs)).length === 0);
});

test('the lock of a dead process is taken over, and what it left is swept', async (t) => {
  const programs = join(await temporaryFolder(t), 'programs');
  const entry = join(programs, 'tool-1.0.0');
  await mkdir(`${entry}.building-1/bin`, { recursive: true });
  await writeFile(`${entry}.building-1/bin/tool`, 'half');
  await mkdir(`${entry}.lock`);
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(`${entry}.lock`, longAgo, longAgo);

  const { made } = await cached({
    folder: entry,
    look: () => readFile(join(entry, 'tool'), 'utf8').catch(() => undefined),
    make: (to) => writeFile(join(to, 'tool'), 'whole'),
    keep: 'tool',
    label: 'tool',
  });
  assert.equal(made, true);
  assert.deepEqual(await readdir(programs), ['tool-1.0.0']);
});

test('a build that fails leaves nothing behind, and the next one may try again', async (t) => {
  const programs = join(await temporaryFolder(t), 'programs');
  const entry = join(programs, 'tool-1.0.0');
  const look = () => readFile(join(entry, 'tool'), 'utf8').catch(() => undefined);
  const common = { folder: entry, look, keep: 'tool', label: 'tool' };
  const failing = cached({
    ...common,
    make: async (to) => {
      await writeFile(join(to, 'tool'), 'half');
      throw new Error('no network');
    },
  });
  await assert.rejects(failing, /no network/);
  assert.deepEqual(await readdir(programs), []);
  const { entry: text } = await cached({ ...common, make: (to) => writeFile(join(to, 'tool'), 'whole') });
  assert.equal(text, 'whole');
});

/** Processes whose command line or working folder is in the folder (Linux; elsewhere: what the folder shows). */
async function processesWith(folder: string): Promise<string[]> {
  if (process.platform !== 'linux') {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    return names.filter((name) => name.includes('go-build'));
  }
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(folder)) found.push(pid);
  }
  return found;
}
