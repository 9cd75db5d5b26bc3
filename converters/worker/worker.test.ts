import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { s3Event, TEST_EVENT } from '../lambda/events.test-world.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { checksumsBelow } from '../store/contents.test-world.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import { startS3Server } from '../store/s3-server.test-world.ts';
import type { ObjectStore } from '../store/store.ts';
import { type Told, Worker, type WorkerOptions } from './worker.ts';

const TOKEN = 'a-token-of-the-tests';
const REQUESTS = 90;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 30 })];
const keys = objects.map(({ key }) => key);

/** A bucket called `raw`, with a run and its objects. */
async function bucket(raw: ObjectStore): Promise<ObjectStore> {
  await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  return raw;
}

class Bucket extends MemoryStore {
  override readonly url = 's3://raw';
}

async function started(
  t: TestContext,
  options: Partial<WorkerOptions> & { raw: ObjectStore },
): Promise<Worker> {
  const worker = await Worker.start({ token: TOKEN, ...options });
  t.after(() => worker.close());
  return worker;
}

/** Status of an answer, and its body where it has one. */
async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` },
): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

/** The shape of MinIO's webhook target (https://docs.min.io/community/minio-object-store/administration/monitoring/publish-events-to-webhook.html). */
const minioEvent = (key: string) => {
  const { Records } = s3Event([key], { eventName: 's3:ObjectCreated:Put' });
  return { EventName: 's3:ObjectCreated:Put', Key: `raw/${key}`, Records };
};

test('what it is notified of becomes what the command makes; what comes again is known', async (t) => {
  const raw = await bucket(new Bucket());
  const worker = await started(t, { raw });
  for (const key of keys) assert.equal((await post(`${worker.url}/events`, minioEvent(key))).status, 202);
  assert.equal((await post(`${worker.url}/events`, TEST_EVENT)).status, 202);
  const counts = await worker.close();
  assert.deepEqual([counts.converted, counts.known, counts.refused], [keys.length, 0, 0]);

  const again = await started(t, { raw });
  assert.equal(
    (await post(`${again.url}/events/${TOKEN}`, s3Event([...keys, 'parts/x.json']), {})).status,
    202,
  );
  const { known, no_telemetry, converted } = await again.close();
  assert.deepEqual([known, no_telemetry, converted], [keys.length, 1, 0]);

  const other = await bucket(new Bucket());
  await convertRun({ raw: other, record });
  assert.deepEqual(await checksumsBelow(raw, 'parts/'), await checksumsBelow(other, 'parts/'));
});

test('versitygw notifies it of what is put, also where keys have to be escaped', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'worker-test-'));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folder = openStore(join(root, 'raw'));
  const strange = 'raw/2026/11/24/06/00/traces_a b+c%41é.binpb.gz';
  const told = new Map<string, string>();
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const onObject = ({ key, outcome }: Told) => {
    told.set(key, outcome);
    if (told.size > keys.length) finish();
  };
  const { url } = await started(t, { raw: folder, onObject });
  const server = await startS3Server({ root, buckets: ['raw'], eventWebhookUrl: `${url}/events/${TOKEN}` });
  if (!server) return t.skip('no versitygw');
  t.after(() => server.stop());
  const raw = await bucket(openStore('s3://raw', server));
  await raw.put(strange, objects[0]?.bytes ?? new Uint8Array());
  await finished;
  assert.deepEqual(told, new Map([...keys, strange].map((key) => [key, 'converted'])));
  const report = await convertRun({ raw, record, missing: true });
  assert.deepEqual([report.objects, report.validated], [keys.length + 1, 0]);
});

/** Answers no listing, and so converts nothing, before it is opened. */
class Slow extends Bucket {
  open = () => {};
  readonly #gate = new Promise<void>((resolve) => {
    this.open = resolve;
  });
  override async *list(...args: Parameters<MemoryStore['list']>) {
    await this.#gate;
    yield* super.list(...args);
  }
}

test('told to drop what waits, it ends with what it has in hand, and converting the run finds the rest', async (t) => {
  const slow = new Slow();
  const raw = await bucket(slow);
  const worker = await started(t, { raw });
  assert.equal(worker.offer(keys), true);
  const closing = worker.close({ drop: true });
  slow.open();
  const { converted, failed } = await closing;
  assert.deepEqual([converted, failed], [3, 0]);
  const report = await convertRun({ raw, record, missing: true });
  assert.deepEqual([report.objects, report.validated > 0], [keys.length, true]);
});

test('a full queue refuses, takes again when there is room, and no object is lost', async (t) => {
  const slow = new Slow();
  const raw = await bucket(slow);
  const worker = await started(t, { raw, capacity: 2 });
  // Three lanes hold one each, and two wait.
  for (const key of keys.slice(0, 5))
    assert.equal((await post(`${worker.url}/events`, s3Event([key]))).status, 202);
  const refused = await fetch(`${worker.url}/events/${TOKEN}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(s3Event([keys[5] ?? ''])),
  });
  assert.deepEqual(
    [refused.status, refused.headers.get('retry-after'), await refused.text()],
    [503, '1', ''],
  );
  slow.open();
  for (const key of keys.slice(5)) {
    let status = 503;
    while (status === 503) status = (await post(`${worker.url}/events`, s3Event([key]))).status;
    assert.equal(status, 202);
  }
  const counts = await worker.close();
  assert.equal(counts.converted, keys.length);
  assert.ok(counts.refused >= 1);
});

test('what fails is told and counted, and found by converting the run', async (t) => {
  const [bad = '', ...rest] = keys;
  class Breaking extends Bucket {
    broken = true;
    override async get(key: string): Promise<Uint8Array> {
      if (this.broken && key === bad) throw new Error('the disk has gone');
      return super.get(key);
    }
  }
  const raw = new Breaking();
  await bucket(raw);
  const told: Told[] = [];
  const worker = await started(t, { raw, onObject: (object) => void told.push(object) });
  for (const key of keys) await post(`${worker.url}/events`, s3Event([key]));
  const counts = await worker.close();
  assert.deepEqual([counts.failed, counts.converted], [1, rest.length]);
  const [failed] = told.filter(({ outcome }) => outcome === 'failed');
  assert.ok(failed?.outcome === 'failed' && failed.key === bad);
  assert.match(String(failed.error), /the disk has gone/);
  raw.broken = false;
  const report = await convertRun({ raw, record, missing: true });
  assert.equal(report.objects, keys.length);
  assert.ok(report.validated > 0);
  assert.equal((await checksumsBelow(raw, 'parts/')).size, 2 * keys.length);
});

const REFUSED: readonly [name: string, path: string, init: RequestInit, status: number][] = [
  ['without a token', '/events', {}, 401],
  ['with a wrong token', '/events', { headers: { authorization: 'Bearer nobody' } }, 401],
  ['with a wrong token in the path', '/events/nobody', {}, 401],
  ['of another path without a token', '/metrics', {}, 401],
  ['of another path', '/metrics', { headers: { authorization: `Bearer ${TOKEN}` } }, 404],
  ['by another method', `/events/${TOKEN}`, { method: 'PUT' }, 404],
  ['that is no JSON', `/events/${TOKEN}`, { body: '{' }, 400],
  ['that is no notification', `/events/${TOKEN}`, { body: '{"Records":[{}]}' }, 400],
  ['of another type', `/events/${TOKEN}`, { headers: { 'content-type': 'text/plain' } }, 415],
  [
    'of more than 64 KiB',
    `/events/${TOKEN}`,
    { body: JSON.stringify({ Records: [], x: 'x'.repeat(65_536) }) },
    413,
  ],
];

test('what may not be sent is refused, and health can be asked by everyone', async (t) => {
  const worker = await started(t, { raw: new Bucket() });
  assert.equal((await fetch(`${worker.url}/health`)).status, 200);
  for (const [name, path, init, status] of REFUSED) {
    const answer = await fetch(`${worker.url}${path}`, {
      ...{ method: 'POST', body: JSON.stringify(TEST_EVENT) },
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
    });
    assert.equal(answer.status, status, name);
    assert.doesNotMatch(await answer.text(), new RegExp(TOKEN), name);
  }
  const { port } = new URL(worker.url);
  const foreign = httpRequest({ port, path: '/health', headers: { host: 'example.org' } }).end();
  const [answer] = (await once(foreign, 'response')) as [{ statusCode: number; resume(): void }];
  answer.resume();
  assert.equal(answer.statusCode, 403);
});

test('a port that is in use is named', async (t) => {
  const worker = await started(t, { raw: new Bucket() });
  const port = Number(new URL(worker.url).port);
  await assert.rejects(Worker.start({ raw: new Bucket(), token: TOKEN, port }), {
    code: 'PORT_BUSY',
    message: new RegExp(`port ${port} of 127.0.0.1`),
  });
});
