import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Outcome } from './disk-full.test-world.ts';
import { numberOf } from './number.test-world.ts';

const SIZES = numberOf('FAULTLINE_DISK_SIZES', 4);
const PLACES = ['parts', 'work folder', 'datasets', 'fetched'];

test('on a disk that is full, wherever that is: a clear error, nothing that was there changes, and with room it goes on', async (t) => {
  const disk = await mkdtemp(join(tmpdir(), 'disk-'));
  t.after(() => rm(disk, { recursive: true, force: true }));
  const mount = 'mount -t tmpfs -o size=64m tmpfs "$DISK" || exit 77; exec "$@"';
  const node = [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'disk-full.test-world.ts')];
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const child = spawnSync('unshare', [...user, '--mount', 'sh', '-c', mount, 'sh', ...node], {
    cwd: import.meta.dirname,
    env: { ...process.env, DISK: disk, SIZES: String(SIZES) },
    encoding: 'utf8',
  });
  if (child.error || child.status === 77 || /unshare/.test(child.stderr))
    return t.skip('a file system of its own cannot be mounted here');
  assert.equal(child.status, 0, child.stderr);
  const outcomes = JSON.parse(child.stdout) as Outcome[];
  assert.equal(outcomes.length, SIZES * PLACES.length);
  for (const { place, kib, full, changed, published, again } of outcomes) {
    const where = `${place} on ${kib} KiB: ${full}`;
    if (full !== 'ok') {
      assert.match(
        full,
        /^DISK_FULL .*must fit on its disk.*free some space and run the command again/,
        where,
      );
      assert.equal(published, false, where);
    }
    assert.deepEqual([changed, again], [[], 'the same'], where);
  }
  const failed = (place: string) => outcomes.filter((of) => of.place === place && of.full !== 'ok').length;
  for (const place of PLACES) assert.ok(failed(place) > 0, `${place} was never full`);
  t.diagnostic(PLACES.map((place) => `${place}: full ${failed(place)} of ${SIZES} times`).join('; '));
});
