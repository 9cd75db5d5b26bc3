import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

/** Runs on a disk of 256 KiB that it alone can see. */
const script = `
  import { readdirSync } from 'node:fs';
  import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'open.ts'))};
  const root = process.env.DISK;
  const store = openStore(root);
  const outcome = async (action) => action.then(() => 'ok', (error) => error.code + ' ' + error.message);
  await store.put('a', new Uint8Array(100_000).fill(1));
  const replaced = await outcome(store.put('a', new Uint8Array(300_000)));
  const created = await outcome(store.put('b', new Uint8Array(300_000), { ifNoneMatch: true }));
  const kept = await store.get('a');
  const left = readdirSync(root + '/.sgwtmp');
  const later = await outcome(store.put('b', new Uint8Array(50_000), { ifNoneMatch: true }));
  const whole = kept.length === 100_000 && kept.every((byte) => byte === 1);
  console.log(JSON.stringify({ replaced, created, whole, left, later }));
`;

test('a full disk is a clear error, and nothing that was complete changes', async (t) => {
  const disk = await mkdtemp(join(tmpdir(), 'store-full-'));
  t.after(() => rm(disk, { recursive: true, force: true }));
  const mount = 'mount -t tmpfs -o size=256k tmpfs "$DISK" || exit 77; exec "$@"';
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const child = spawnSync('unshare', [...user, '--mount', 'sh', '-c', mount, 'sh', ...node], {
    cwd: import.meta.dirname,
    env: { ...process.env, DISK: disk },
    encoding: 'utf8',
  });
  if (child.error || child.status === 77 || /unshare/.test(child.stderr)) {
    return t.skip('a file system of its own cannot be mounted here');
  }
  assert.equal(child.status, 0, child.stderr);
  const { replaced, created, whole, left, later } = JSON.parse(child.stdout);
  for (const outcome of [replaced, created]) {
    assert.match(outcome, /^DISK_FULL .*no space left.*free some space and run the command again/);
  }
  assert.deepEqual({ whole, left, later }, { whole: true, left: [], later: 'ok' });
});
