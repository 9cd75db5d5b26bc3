import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { benchRecord } from '../../converters/bench/dataset.ts';
import { rawObjects, seeded } from '../../converters/bench/telemetry.ts';
import { openParquet } from '../../converters/dataset/parquet.ts';
import { s3Event } from '../../converters/lambda/events.test-world.ts';
import { inLanes } from '../../converters/lanes.ts';
import { encodeRecord, recordKey } from '../../converters/run/runs.ts';
import { sealRun } from '../../converters/seal/seal.ts';
import { openStore } from '../../converters/store/open.ts';
import { type S3Server, startS3Server } from '../../converters/store/s3-server.test-world.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import { Worker, type WorkerCounts } from '../../converters/worker/worker.ts';
import { makeFolder, start } from './testing/command.ts';
import { type StartedWorker, startWorker } from './testing/worker.ts';

const OBJECTS = 500;
const DELIVERIES = 3;
/** Of which so many are processes of their own, and the rest are in this one. */
const [WORKERS, PROCESSES] = [8, 2];
const SEED = 20_261_124;
const QUEUE = 100;
/** Senders at once. */
const SENDERS = 16;
const TOKEN = 'of-the-exactly-once-test';
const REQUESTS = 10 * Math.ceil(OBJECTS / 3);
const record = benchRecord(REQUESTS);

/** The same raw objects and the same run in both buckets, of which one is the reference. */
async function fill(stores: readonly ObjectStore[]): Promise<string[]> {
  const keys: string[] = [];
  for (const { key, bytes } of rawObjects({
    requests: REQUESTS,
    start: record.window.start_ms,
    perObject: 10,
  })) {
    if (keys.length === OBJECTS) break;
    keys.push(key);
    for (const raw of stores) await raw.put(key, bytes);
  }
  for (const raw of stores) await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
  return keys;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

async function startHere(t: TestContext, server: S3Server): Promise<StartedWorker> {
  const raw = openStore('s3://raw', server);
  const worker = await Worker.start({ raw, token: TOKEN, workers: 0, capacity: QUEUE });
  t.after(() => worker.close());
  return { url: `${worker.url}/events`, end: () => worker.close() };
}

function startProcess(t: TestContext, folder: string, server: S3Server): Promise<StartedWorker> {
  const where = ['--raw', 's3://raw', '--endpoint', server.endpoint];
  const args = ['--workers', '1', '--queue', String(QUEUE), ...where];
  return startWorker(t, { folder, token: TOKEN, args }, credentialsOf(server));
}

const credentialsOf = ({ credentials }: S3Server) => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});

/** Sends each to its worker, those again that are refused; how many were. */
async function deliver(deliveries: readonly { key: string; url: string }[]): Promise<number> {
  const waiting = [...deliveries];
  let refused = 0;
  async function* items() {
    for (let next = waiting.shift(); next; next = waiting.shift()) yield next;
  }
  const deliverOne = async ({ key, url }: { key: string; url: string }) => {
    for (;;) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: JSON.stringify(s3Event([key])),
      });
      await answer.arrayBuffer();
      if (answer.status === 202) return;
      assert.equal(answer.status, 503);
      refused += 1;
    }
  };
  await inLanes({
    items: items(),
    count: SENDERS,
    signal: undefined,
    what: 'sending',
    lane: () => deliverOne,
  });
  return refused;
}

async function bytesBelow(store: ObjectStore, prefix: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { key } of store.list(prefix)) found.set(key, Buffer.from(await store.get(key)));
  return found;
}

test(`each of ${OBJECTS} notifications, ${DELIVERIES} times, shuffled, to ${WORKERS} workers: the bytes of the command, no row twice`, {
  timeout: 300_000,
}, async (t) => {
  const folder = await makeFolder(t);
  const server = await startS3Server({
    root: join(folder, 's3'),
    buckets: ['raw', 'raw-2', 'datasets', 'datasets-2'],
  });
  if (!server) return t.skip('no versitygw');
  t.after(() => server.stop());
  const open = (bucket: string) => openStore(`s3://${bucket}`, server);
  const [raw, reference] = [open('raw'), open('raw-2')];
  const keys = await fill([raw, reference]);

  const workers = await Promise.all(
    Array.from({ length: WORKERS }, (_, i) =>
      i < PROCESSES ? startProcess(t, folder, server) : startHere(t, server),
    ),
  );
  const random = seeded(SEED);
  const deliveries = shuffled(Array(DELIVERIES).fill(keys).flat() as string[], random).map((key) => ({
    key,
    url: workers[Math.floor(random() * WORKERS)]?.url ?? '',
  }));
  assert.equal(deliveries.length, DELIVERIES * OBJECTS);
  const refused = await deliver(deliveries);
  const counts = await Promise.all(workers.map((worker) => worker.end()));
  const sum = (name: keyof WorkerCounts) => counts.reduce((total, one) => total + one[name], 0);
  t.diagnostic(
    `converted ${sum('converted')}, known ${sum('known')}, refused ${sum('refused')}, by worker ${counts.map(({ converted }) => converted).join(' ')}`,
  );
  assert.ok(sum('converted') >= OBJECTS && sum('known') > 0);
  assert.equal(sum('refused'), refused);
  assert.equal(sum('failed') + sum('no_run') + sum('gone') + sum('no_telemetry'), 0);

  const args = ['convert', record.run_id, '--json', '--raw', 's3://raw-2', '--endpoint', server.endpoint];
  const command = await start({ folder, args, env: credentialsOf(server) }).ended;
  assert.equal(command.code, 0, command.stderr);
  const parts = await bytesBelow(raw, 'parts/');
  assert.equal(parts.size, 2 * OBJECTS);
  assert.deepEqual(parts, await bytesBelow(reference, 'parts/'));

  // Two at once of what the workers made, and one of what the command made.
  const [one, two, other] = await Promise.all([
    sealRun({ raw, datasets: open('datasets'), record }),
    sealRun({ raw, datasets: open('datasets'), record }),
    sealRun({ raw: reference, datasets: open('datasets-2'), record }),
  ]);
  assert.deepEqual(one, other);
  assert.deepEqual(two, other);
  const files = await bytesBelow(open('datasets'), '');
  assert.deepEqual(files, await bytesBelow(open('datasets-2'), ''));
  for (const { read, written, duplicate } of Object.values(one.ledger.inputs)) {
    assert.ok(read > 0 && written === read);
    assert.equal(duplicate, 0);
  }
  assert.equal(one.ledger.raw_objects, OBJECTS);
  await assertDistinct(join(folder, 's3/datasets', record.run_id), one.ledger.classes);
});

/** Every row has an event uid of its own. */
async function assertDistinct(dataset: string, classes: Readonly<Record<string, number>>): Promise<void> {
  const uids = new Set<unknown>();
  let rows = 0;
  for (const name of ['logs', 'traces', 'metrics', 'changes']) {
    const parquet = await openParquet(join(dataset, `ocsf_${name}.parquet`));
    try {
      for await (const group of parquet.groups(['event_uid'])) {
        const column = group.column('event_uid');
        for (let i = 0; i < group.rows; i++) uids.add(column[i]);
        rows += group.rows;
      }
    } finally {
      await parquet.close();
    }
  }
  assert.equal(
    rows,
    Object.values(classes).reduce((sum, count) => sum + count, 0),
  );
  assert.equal(uids.size, rows);
}
