import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { sealRun } from '../seal/seal.ts';
import { openStore } from '../store/open.ts';
import { type S3Server, startS3Server } from '../store/s3-server.test-world.ts';
import { numberOf } from './number.test-world.ts';
import { startS3Proxy, type Verdict } from './s3-proxy.test-world.ts';

const SEED = 20261127;
const REQUESTS = numberOf('FAULTLINE_REFUSED_REQUESTS', 400);
const PER_OBJECT = 100;
const record = benchRecord(REQUESTS);

/** 70 % refused, 1 % carried out and not answered: by call and attempt, so that the order of calls does not matter. */
function seededVerdicts(seed: number) {
  const attempts = new Map<string, number>();
  const counts: Record<Verdict, number> = { pass: 0, refuse: 0, deny: 0, lose: 0 };
  const verdict = (name: string): Verdict => {
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    const hash = createHash('sha256').update(`${seed} ${attempt} ${name}`).digest();
    const share = hash.readUInt32BE(0) / 2 ** 32;
    const become = share < 0.7 ? 'refuse' : share < 0.71 ? 'lose' : 'pass';
    counts[become]++;
    return become;
  };
  return { verdict, counts, most: () => Math.max(...attempts.values()) };
}

/** The whole path on buckets of its own. */
async function dataset({ server, endpoint, suffix }: { server: S3Server; endpoint: string; suffix: string }) {
  for (const { key, bytes } of rawObjects({
    requests: REQUESTS,
    start: record.window.start_ms,
    perObject: PER_OBJECT,
  }))
    await openStore(`s3://raw-${suffix}`, server).put(key, bytes);
  const at = { ...server, endpoint };
  const [raw, datasets] = [openStore(`s3://raw-${suffix}`, at), openStore(`s3://datasets-${suffix}`, at)];
  const began = performance.now();
  const report = await convertRun({ raw, record, workers: 2 });
  const converted = performance.now();
  const manifest = await sealRun({ raw, datasets, record });
  const took = { convert: converted - began, seal: performance.now() - converted };
  return { report, manifest, took, read: openStore(`s3://datasets-${suffix}`, server) };
}

const said = ({ convert, seal }: { convert: number; seal: number }): string =>
  `${((convert + seal) / 1000).toFixed(1)} s (convert ${(convert / 1000).toFixed(1)}, seal ${(seal / 1000).toFixed(1)})`;

async function startServer(t: TestContext): Promise<S3Server | undefined> {
  const root = await mkdtemp(join(tmpdir(), 'refusing-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const buckets = ['plain', 'spoilt'].flatMap((suffix) => [`raw-${suffix}`, `datasets-${suffix}`]);
  const server = await startS3Server({ root, buckets });
  if (!server) t.skip('versitygw is not installed');
  else t.after(() => server.stop());
  return server;
}

test('an S3 server that refuses 70 % and loses 1 % of its answers: the same bytes, and every attempt is one of few', async (t) => {
  const server = await startServer(t);
  if (!server) return;
  const [clear, spoilt] = [await startS3Proxy({ to: server.endpoint }), seededVerdicts(SEED)];
  t.after(() => clear.close());
  const plain = await dataset({ server, endpoint: clear.endpoint, suffix: 'plain' });
  const proxy = await startS3Proxy({ to: server.endpoint, verdict: spoilt.verdict });
  t.after(() => proxy.close());
  const found = await dataset({ server, endpoint: proxy.endpoint, suffix: 'spoilt' });

  assert.deepEqual(found.report, plain.report);
  assert.deepEqual(found.manifest, plain.manifest);
  for (const { path, sha256 } of found.manifest.files) {
    const bytes = await found.read.get(`bench/${path}`);
    assert.equal(createHash('sha256').update(bytes).digest('hex'), sha256, path);
  }
  const { counts } = spoilt;
  const attempts = proxy.requests();
  assert.equal(counts.pass + counts.refuse + counts.lose, attempts);
  assert.ok(counts.refuse > attempts / 2 && counts.lose > 0, JSON.stringify(counts));
  // 1 / 0.29 of what a server that answers is asked, on average.
  assert.ok(attempts < 5 * clear.requests(), `${attempts} attempts for ${clear.requests()} calls`);
  t.diagnostic(
    `seed ${SEED}: ${clear.requests()} calls, ${attempts} attempts, ${counts.refuse} refused, ${counts.lose} lost, ` +
      `at most ${spoilt.most()} of one call; ${said(plain.took)} without, ${said(found.took)} with`,
  );
});
