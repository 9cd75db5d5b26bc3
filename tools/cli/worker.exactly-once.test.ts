import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { seeded } from '../../converters/bench/telemetry.ts';
import { s3Event } from '../../converters/lambda/events.test-world.ts';
import { inLanes } from '../../converters/lanes.ts';
import { sealRun } from '../../converters/seal/seal.ts';
import { openStore } from '../../converters/store/open.ts';
import { type S3Server, startS3Server } from '../../converters/store/s3-server.test-world.ts';
import { Worker, type WorkerCounts } from '../../converters/worker/worker.ts';
import { makeFolder, start } from './testing/command.ts';
import {
  assertDistinct,
  bytesBelow,
  credentialsOf,
  DELIVERIES,
  fill,
  OBJECTS,
  record,
  SEED,
  shuffled,
} from './testing/notified-run.ts';
import { type StartedWorker, startWorker } from './testing/worker.ts';

/** Of which so many are processes of their own, and the rest are in this one. */
const [WORKERS, PROCESSES] = [8, 2];
const QUEUE = 100;
/** Senders at once. */
const SENDERS = 16;
const TOKEN = 'of-the-exactly-once-test';

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
