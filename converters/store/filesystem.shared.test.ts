import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from './open.ts';
import { startS3Server } from './s3-server.test-world.ts';
import type { ObjectStore } from './store.ts';

const text = (value: string) => new TextEncoder().encode(value);

async function listing(store: ObjectStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, size } of store.list('')) found.push(`${key} ${size}`);
  return found;
}

test('a folder and the S3 server over it show the same objects', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'store-shared-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const server = await startS3Server({ root, buckets: ['raw'] });
  if (!server) return t.skip('versitygw is not installed');
  t.after(() => server.stop());
  const served = openStore('s3://raw', server);
  const folder = openStore(join(root, 'raw'));

  await served.put('raw/2026/11/24/05/41/logs_1.binpb.gz', text('from the server'));
  await served.put('raw-other', text('1'));
  await folder.put('runs/a.json', text('from the folder'), { ifNoneMatch: true });
  await folder.put('raw/2026/11/24/05/41/logs_0.binpb.gz', text('from the folder'));

  assert.deepEqual(await listing(folder), [
    'raw-other 1',
    'raw/2026/11/24/05/41/logs_0.binpb.gz 15',
    'raw/2026/11/24/05/41/logs_1.binpb.gz 15',
    'runs/a.json 15',
  ]);
  assert.deepEqual(await listing(served), await listing(folder));
  assert.equal(Buffer.from(await served.get('runs/a.json')).toString(), 'from the folder');
  assert.equal(
    Buffer.from(await folder.get('raw/2026/11/24/05/41/logs_1.binpb.gz')).toString(),
    'from the server',
  );
  await served.put('claims/a', text('1'));
  await assert.rejects(folder.put('claims/a', text('2'), { ifNoneMatch: true }), { code: 'OBJECT_EXISTS' });
});

test('unfinished writes and folder names are not listed, and nothing is left of a failed one', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'store-temp-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const store = openStore(root);
  await store.put('a/b', text('1'));
  await writeFile(join(root, '.sgwtmp', 'left-over'), 'half');
  assert.deepEqual(await listing(store), ['a/b 1']);
  await assert.rejects(store.put('a', text('2')), { code: 'KEY_CONFLICT' });
  await assert.rejects(store.put('a/b/c', text('2')), { code: 'KEY_CONFLICT' });
  await assert.rejects(store.put('c', { file: join(root, 'none') }));
  assert.deepEqual(await readdir(join(root, '.sgwtmp')), ['left-over']);
});
