import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { differing, makeLarge, manifestOf } from '../../converters/dataset/large.test-world.ts';
import { listDatasets } from '../../converters/dataset/list.ts';
import { numberOf } from '../../converters/faults/number.test-world.ts';
import { type S3Proxy, startS3Proxy } from '../../converters/faults/s3-proxy.test-world.ts';
import { openStore } from '../../converters/store/open.ts';
import { type S3Server, startS3Server } from '../../converters/store/s3-server.test-world.ts';
import { makeFolder, start } from './testing/command.ts';

const MIB = 2 ** 20;
const BYTES = numberOf('FAULTLINE_PUBLISH_MB', 160) * 1e6;
/** At these parts of all bytes it is killed. */
const POINTS = [0.25, 0.5, 0.75];
/** Of each of four files on their way, one piece is lost. */
const LOST_AT_ONCE = 4 * 8 * MIB;
/** Listings, manifests, claims. */
const BESIDE = 2 * MIB;
const MOST_MEMORY = 300 * MIB;

interface World {
  readonly folder: string;
  readonly server: S3Server;
  readonly proxy: S3Proxy;
  onBytes: () => void;
}

async function makeWorld(t: TestContext): Promise<World | undefined> {
  const folder = await makeFolder(t);
  const server = await startS3Server({ root: join(folder, 's3'), buckets: ['public'] });
  if (!server) return void t.skip('versitygw is not installed');
  t.after(() => server.stop());
  let world: World | undefined;
  const proxy = await startS3Proxy({ to: server.endpoint, onBytes: () => world?.onBytes() });
  t.after(() => proxy.close());
  world = { folder, server, proxy, onBytes: () => undefined };
  return world;
}

/** Most memory that a process has held so far; 0 where the system does not say. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kib = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1024;
  } catch {
    return 0;
  }
}

/** A command that is killed at each point and started again, until it comes to its end. @returns bytes that went twice, and its memory */
async function throughKills({
  world,
  args,
  direction,
  total,
  afterKill,
}: {
  world: World;
  args: readonly string[];
  direction: 'sent' | 'received';
  total: number;
  afterKill: () => Promise<void>;
}): Promise<{ twice: number; peak: number; stdout: string }> {
  const { folder, server, proxy } = world;
  const { accessKeyId, secretAccessKey } = server.credentials;
  const before = proxy.bytes()[direction];
  let [peak, looked] = [0, 0];
  for (const point of [...POINTS, undefined]) {
    const { child, ended } = start({
      folder,
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      args: [...args, '--endpoint', proxy.endpoint, '--json'],
    });
    world.onBytes = () => {
      const bytes = proxy.bytes()[direction] - before;
      if (bytes - looked > 4 * MIB) [peak, looked] = [Math.max(peak, peakOf(child.pid)), bytes];
      if (point !== undefined && bytes >= point * total) child.kill('SIGKILL');
    };
    const { code, stdout, stderr } = await ended;
    world.onBytes = () => undefined;
    if (point === undefined) {
      assert.equal(code, 0, stderr);
      return { twice: proxy.bytes()[direction] - before - total, peak, stdout };
    }
    assert.equal(child.signalCode, 'SIGKILL', `${point}: ${stderr}`);
    await afterKill();
  }
  throw new Error('it never came to its end');
}

test(`${BYTES / 1e6} MB published and fetched, each killed at 3 points: the same bytes, nothing half is seen, and little goes twice`, async (t) => {
  const world = await makeWorld(t);
  if (!world) return;
  const { folder, server } = world;
  const dataset = join(folder, 'datasets/demo');
  const files = await makeLarge({ dataset, runId: 'demo', bytes: BYTES });
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const there = openStore('s3://public/some/prefix', server);
  const to = 's3://public/some/prefix';

  const published = await throughKills({
    ...{ world, direction: 'sent', total },
    args: ['publish', 'demo', '--datasets', join(folder, 'datasets'), '--to', to],
    afterKill: async () => {
      const problem = 'not sealed: there is no manifest.json';
      assert.deepEqual(await listDatasets({ datasets: there }), [{ run_id: 'demo', problem }]);
    },
  });
  const said = JSON.parse(published.stdout);
  assert.deepEqual([said.run_id, said.url, said.files], ['demo', `${to}/demo`, files.length + 1]);
  const claims: string[] = [];
  for await (const { key } of there.list('demo/')) claims.push(key);
  assert.equal(claims.length, files.length + 1, 'no claim is left');

  const copy = join(folder, 'copy');
  const fetched = await throughKills({
    ...{ world, direction: 'received', total },
    args: ['fetch', 'demo', '--datasets', to, '--to', copy, '--labels'],
    afterKill: async () => assert.equal(existsSync(copy), false),
  });
  assert.deepEqual(await differing(copy, files), []);
  assert.equal(Buffer.compare(await manifestOf(copy), await manifestOf(dataset)), 0);
  for (const { twice, peak } of [published, fetched]) {
    assert.ok(twice <= POINTS.length * LOST_AT_ONCE + BESIDE, `${twice} bytes went twice`);
    assert.ok(peak < MOST_MEMORY, `${peak} bytes of memory`);
  }
  const told = (name: string, { twice, peak }: { twice: number; peak: number }) =>
    `${name}: ${(twice / 1e6).toFixed(1)} MB went twice, at most ${Math.round(peak / MIB)} MiB of memory`;
  t.diagnostic(`${total / 1e6} MB; ${told('published', published)}; ${told('fetched', fetched)}`);
});
