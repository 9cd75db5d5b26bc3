import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { postgresProgram } from './programs/postgres.ts';
import { havePrograms, makeTarget } from './testing.ts';

test('postgres starts for root from a folder that only root can enter', { timeout: 60_000 }, async (t) => {
  if (process.getuid?.() !== 0) return t.skip('only root has to start it as somebody else');
  if (!(await havePrograms(t))) return;
  const closed = await mkdtemp(join(tmpdir(), 'infra-test-')); // mode 0700
  t.after(() => rm(closed, { recursive: true, force: true }));
  const home = join(closed, 'installed');
  await cp(dirname(dirname(await postgresProgram())), home, { recursive: true, verbatimSymlinks: true });
  await mkdir(join(closed, 'tmp'));
  await chmod(home, 0o700);

  const earlier = process.env.TMPDIR;
  process.env.TMPDIR = join(closed, 'tmp'); // a temporary folder that nobody else can enter, too
  t.after(() => {
    if (earlier === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = earlier;
  });
  const postgres = join(home, 'bin', 'postgres');
  const { target } = await makeTarget(t, { components: ['postgres'], programs: { postgres } });
  await target.start();
  const place = placeOf(target.pid('postgres'));
  assert.ok(existsSync(place));
  await target.restart('postgres'); // on the same data
  assert.equal(placeOf(target.pid('postgres')), place);
  await target.stop();
  assert.equal(existsSync(place), false);
});

/** The folder that was made for the server: the parent of its data. */
function placeOf(pid: number | undefined): string {
  const args = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
  const [, place = ''] = /-D (\S*\/storefront-postgres-[^/]+)\//.exec(args) ?? [];
  return place;
}
