import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MemoryStore } from './memory.ts';
import { openBelow, openStore } from './open.ts';
import { startS3Server } from './s3-server.test-world.ts';
import type { ObjectStore } from './store.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'below #1 ü '));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function assertBelow(store: ObjectStore): Promise<void> {
  const below = openBelow({ store, prefix: 'raw/runs/mine' });
  await below.put('a', Buffer.from('one'));
  await store.put('raw/runs/mine/b', Buffer.from('two'));
  await store.put('raw/runs/mine-too/c', Buffer.from('another'));
  const keys: string[] = [];
  for await (const { key } of below.list('')) keys.push(key);
  assert.deepEqual(keys, ['a', 'b']);
  assert.equal(Buffer.from(await store.get('raw/runs/mine/a')).toString(), 'one');
  // What another thread opens by its address is the same.
  const again = openStore(String(below.address?.url), below.address?.options);
  assert.equal(Buffer.from(await again.get('b')).toString(), 'two');
}

test('what lies below a prefix of a folder is a store of its own', async (t) => {
  await assertBelow(openStore(await folder(t)));
});

test('what lies below a prefix of a bucket, and below that of another, is a store of its own', async (t) => {
  const server = await startS3Server({ root: await folder(t), buckets: ['raw'] });
  if (!server) return t.skip('versitygw is not to be had');
  t.after(() => server.stop());
  await assertBelow(openStore('s3://raw', server));
  await assertBelow(openStore('s3://raw/deep/er', server));
});

test('a store in memory has no address, and what lies below it none either', () => {
  assert.throws(() => openBelow({ store: new MemoryStore(), prefix: 'a' }), { code: 'INVALID_URL' });
});
