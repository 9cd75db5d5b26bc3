import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { openStore } from './open.ts';
import { startS3Server } from './s3-server.test-world.ts';
import type { ObjectStore } from './store.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLEKEY', secretAccessKey: 'very-secret-value' };
const bytes = new TextEncoder().encode('x');

/** Every verb of a store fails with the code, and no text of it shows a credential. */
async function everyVerbFails(store: ObjectStore, code: string, says: RegExp): Promise<void> {
  const verbs: (() => Promise<unknown>)[] = [
    () => store.get('k'),
    () => store.head('k'),
    () => store.put('k', bytes),
    () => store.list('')[Symbol.asyncIterator]().next(),
  ];
  for (const verb of verbs) {
    await assert.rejects(verb, (error: Error & { code?: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, says);
      assert.ok(error.cause instanceof Error, 'keeps what the server said');
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /AKIAEXAMPLEKEY|very-secret-value/);
      return true;
    });
  }
}

test('nobody listens: the endpoint is named', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => closed.once('listening', resolve));
  const { port } = closed.address() as { port: number };
  await new Promise((resolve) => closed.close(resolve));
  const endpoint = `http://127.0.0.1:${port}`;
  const store = openStore('s3://raw', { endpoint, credentials });
  await assert.rejects(store.get('k'), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_UNREACHABLE');
    assert.ok(error.message.includes(endpoint) && error.message.includes('ECONNREFUSED'), error.message);
    return true;
  });
});

test('a host name that does not exist', async () => {
  const store = openStore('s3://raw', { endpoint: 'http://storage.invalid:9000', credentials });
  await assert.rejects(store.get('k'), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'STORE_UNREACHABLE');
    assert.match(error.message, /storage\.invalid:9000.*AWS_ENDPOINT_URL_S3/);
    return true;
  });
});

test('a wrong access key, a wrong secret, a wrong region and an unknown bucket', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'store-errors-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const server = await startS3Server({ root, buckets: ['raw'] });
  if (!server) return t.skip('versitygw is not installed');
  t.after(() => server.stop());
  const { endpoint } = server;
  const wrongSecret = { ...server.credentials, secretAccessKey: 'very-secret-value' };
  await everyVerbFails(openStore('s3://raw', { endpoint, credentials }), 'STORE_DENIED', /AWS_ACCESS_KEY_ID/);
  await everyVerbFails(
    openStore('s3://raw', { endpoint, credentials: wrongSecret }),
    'STORE_DENIED',
    /SignatureDoesNotMatch|HTTP 403/,
  );
  const region = openStore('s3://raw', { ...server, region: 'eu-central-1' });
  await assert.rejects(region.get('k'), { code: 'STORE_DENIED', message: /us-east-1/ });
  await everyVerbFails(openStore('s3://other', server), 'BUCKET_NOT_FOUND', /s3:\/\/other.*Create it/);
});

test('a server that answers 503 for a while is waited for, and a lost answer is no lost race', async (t) => {
  let calls = 0;
  let stored: string | undefined;
  const server = createServer(async (request, response) => {
    calls++;
    const body = await new Response(request as never).text();
    if (request.method === 'GET') return void response.end(stored ?? '');
    if (calls <= 3) return void response.writeHead(503).end();
    const taken = stored !== undefined;
    stored ??= body;
    // The first put that is carried out is never answered.
    if (calls === 4) return void request.socket.destroy();
    response.writeHead(taken ? 412 : 200).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as { port: number };
  const store = openStore('s3://raw', { endpoint: `http://127.0.0.1:${port}`, credentials });
  await store.put('k', bytes, { ifNoneMatch: true });
  assert.equal(stored, 'x');
  await assert.rejects(store.put('k', bytes, { ifNoneMatch: true }), { code: 'OBJECT_EXISTS' });
  server.closeAllConnections();
});

test('URLs', () => {
  assert.equal(openStore('s3://raw/some/prefix/').url, 's3://raw/some/prefix');
  assert.equal(openStore('file:///tmp/x').url, 'file:///tmp/x');
  assert.equal(openStore('/tmp/a b').url, 'file:///tmp/a%20b');
  assert.equal(openStore('memory:').url, 'memory:');
  const invalid = [
    '',
    's3://',
    's3://A',
    's3://raw/../x',
    's3://raw//x',
    'http://host/x',
    'ftp://x',
    'file://host/x',
  ];
  for (const url of invalid) assert.throws(() => openStore(url), { code: 'INVALID_URL' }, url);
  for (const endpoint of ['localhost:9000', 'ftp://x', 'http://user:very-secret-value@host']) {
    assert.throws(
      () => openStore('s3://raw', { endpoint }),
      (error: Error & { code?: string }) =>
        error.code === 'INVALID_URL' && !error.message.includes('very-secret-value'),
    );
  }
  assert.throws(
    () => openStore('s3://key:very-secret-value@raw/x'),
    (error: Error & { code?: string }) =>
      error.code === 'INVALID_URL' && !error.message.includes('very-secret-value'),
  );
});
