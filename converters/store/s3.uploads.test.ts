import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { S3 } from '@aws-sdk/client-s3';
import { startS3Proxy, type Verdict } from '../faults/s3-proxy.test-world.ts';
import { openStore } from './open.ts';
import { startS3Server } from './s3-server.test-world.ts';
import type { ObjectStore, PutOptions } from './store.ts';

/** Three parts. */
const BYTES = 17 * 2 ** 20;
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A real S3 server, a store that reaches it through a proxy, and one that does not. */
async function world(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'uploads-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await startS3Server({ root: join(folder, 's3'), buckets: ['bucket'] });
  if (!server) return void t.skip('versitygw is not installed');
  t.after(() => server.stop());
  const seen: string[] = [];
  const spoil = { verdict: (_name: string): Verdict | Promise<Verdict> => 'pass' };
  const proxy = await startS3Proxy({
    to: server.endpoint,
    verdict: (name) => {
      seen.push(name);
      return spoil.verdict(name);
    },
  });
  t.after(() => proxy.close());
  const client = new S3({ ...server, region: 'us-east-1', forcePathStyle: true });
  t.after(() => client.destroy());
  const file = join(folder, 'file');
  const bytes = new Uint8Array(BYTES).map((_, i) => (i * 31) % 251);
  await writeFile(file, bytes);
  const sha256 = sha256Of(bytes);
  const open = async () => (await client.listMultipartUploads({ Bucket: 'bucket' })).Uploads ?? [];
  const direct = openStore('s3://bucket', server);
  return {
    ...{ folder, file, bytes, sha256, spoil, client, direct, open },
    store: openStore('s3://bucket', { ...server, endpoint: proxy.endpoint }),
    /** Multipart uploads that were begun through the proxy. */
    begun: () => seen.filter((name) => /^POST .*\?uploads/.test(name)).length,
    put: (to: ObjectStore, more: PutOptions = {}) =>
      to.put('key', { file }, { sha256, resume: true, ...more }),
    needWhole: async () => {
      assert.equal(sha256Of(await direct.get('key')), sha256);
      assert.equal(await direct.checksum('key'), sha256);
      assert.deepEqual(await open(), [], 'no upload is left open');
    },
  };
}

/** Stops within a large file, after its first part. */
function stopped(put: (options: PutOptions) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const stopping = put({ signal: stop.signal, onBytes: () => stop.abort(new Error('stopped here')) });
  return assert.rejects(stopping, { message: 'stopped here' });
}

const isPart = (name: string) => /^PUT .*[?&]partNumber=/.test(name);
const isEnd = (name: string) => /^POST .*[?&]uploadId=/.test(name);
const isListing = (name: string) => /^GET .*[?&]uploads/.test(name);
const isPartListing = (name: string) => /^GET .*[?&]uploadId=/.test(name);

test('a part or an end that is refused many times, and an end whose answer is lost, are repeated alone', async (t) => {
  const at = await world(t);
  if (!at) return;
  const attempts = new Map<string, number>();
  at.spoil.verdict = (name) => {
    if (!isPart(name) && !isEnd(name)) return 'pass';
    const attempt = (attempts.get(name) ?? 0) + 1;
    attempts.set(name, attempt);
    if (attempt <= 4) return 'refuse';
    return isEnd(name) && attempt === 5 ? 'lose' : 'pass';
  };
  for (const resume of [false, true]) await at.put(at.store, { resume });
  assert.equal(at.begun(), 2);
  await at.needWhole();
});

test('where open uploads may not be listed, one that fails is ended', async (t) => {
  const at = await world(t);
  if (!at) return;
  at.spoil.verdict = (name) => (isListing(name) ? 'deny' : 'pass');
  await stopped((options) => at.put(at.store, options));
  assert.deepEqual(await at.open(), []);
  await at.put(at.store);
  await at.needWhole();
});

test('where parts may not be listed, all of them go into the open upload anew', async (t) => {
  const at = await world(t);
  if (!at) return;
  at.spoil.verdict = (name) => (isPartListing(name) ? 'deny' : 'pass');
  await stopped((options) => at.put(at.store, options));
  await at.put(at.store);
  assert.equal(at.begun(), 1);
  await at.needWhole();
});

/** A put whose first part is held on its way: it has begun an upload that has no parts yet. */
async function held(at: NonNullable<Awaited<ReturnType<typeof world>>>) {
  let [ask, release] = [() => {}, () => {}];
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const gate = new Promise<Verdict>((resolve) => {
    release = () => resolve('pass');
  });
  at.spoil.verdict = (name) => {
    if (!isPart(name)) return 'pass';
    ask();
    return gate;
  };
  const putting = at.put(at.store);
  await asked;
  return { putting, release };
}

test('of two that put the same file at once neither ends what the other has begun', async (t) => {
  const at = await world(t);
  if (!at) return;
  const { putting, release } = await held(at);
  await at.put(at.direct);
  release();
  await putting;
  assert.equal(at.begun(), 1);
  await at.needWhole();
});

test('an upload that somebody ended is begun anew', async (t) => {
  const at = await world(t);
  if (!at) return;
  const { putting, release } = await held(at);
  const [{ UploadId } = {}] = await at.open();
  await at.client.abortMultipartUpload({ Bucket: 'bucket', Key: 'key', UploadId });
  release();
  await putting;
  assert.equal(at.begun(), 2);
  await at.needWhole();
});

test('an object has the checksum of who put it, not of who began its upload', async (t) => {
  const at = await world(t);
  if (!at) return;
  const other = join(at.folder, 'other');
  const bytes = at.bytes.map((byte, i) => (i > BYTES - 9 ? byte ^ 1 : byte));
  await writeFile(other, bytes);
  const theirs = { sha256: sha256Of(bytes), resume: true };
  await stopped((options) => at.store.put('key', { file: other }, { ...theirs, ...options }));
  await at.put(at.store);
  await at.needWhole();
});
