import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { seeded } from '../../converters/bench/telemetry.ts';
import { bundle } from '../../converters/bundle.ts';
import { parseManifest } from '../../converters/dataset/manifest.ts';
import { EventSourceMapping } from '../../converters/lambda/event-source.test-world.ts';
import { s3Event } from '../../converters/lambda/events.test-world.ts';
import { countOf, makeQueues, sendAll } from '../../converters/lambda/queue.test-world.ts';
import { openStore } from '../../converters/store/open.ts';
import { startS3Server } from '../../converters/store/s3-server.test-world.ts';
import { startAwsServer } from '../moto/server.test-world.ts';
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

/** Execution environments, each a process of its own with the bundle. */
const HANDLERS = 8;

test(`each of ${OBJECTS} S3 events, ${DELIVERIES} times, shuffled, through a queue to ${HANDLERS} Lambda functions at once: the dataset of the command, no row twice`, {
  timeout: 600_000,
}, async (t) => {
  const folder = await makeFolder(t);
  const aws = await startAwsServer(t);
  if (!aws) return;
  const server = await startS3Server({
    root: join(folder, 's3'),
    buckets: ['raw', 'raw-2', 'datasets', 'datasets-2'],
  });
  if (!server) return t.skip('no versitygw');
  t.after(() => server.stop());
  const open = (bucket: string) => openStore(`s3://${bucket}`, server);
  const keys = await fill([open('raw'), open('raw-2')]);
  const { outdir } = await bundle('lambda', { outdir: join(folder, 'function') });
  const queues = await makeQueues(aws, { visibilitySeconds: 360, maxReceiveCount: 5 });
  const deliveries = shuffled(Array(DELIVERIES).fill(keys).flat() as string[], seeded(SEED));
  await sendAll(
    queues,
    deliveries.map((key) => JSON.stringify(s3Event([key]))),
  );
  const mapping = new EventSourceMapping({
    ...{ queues, concurrency: HANDLERS, folder: outdir },
    env: { FAULTLINE_RAW: 's3://raw', AWS_ENDPOINT_URL_S3: server.endpoint, ...credentialsOf(server) },
  });
  const began = performance.now();
  await mapping.drain();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);

  const counts = mapping.logged();
  const by = mapping.outputs.map((output) => output.trim().split('\n').length).join(' ');
  t.diagnostic(
    `seed ${SEED}, ${seconds} s: ${JSON.stringify(mapping.counts)}; converted ${counts.converted}, known ${counts.known}; invocations by environment ${by}`,
  );
  const { messages, again, failed, environments } = mapping.counts;
  assert.deepEqual([environments, again, failed], [HANDLERS, 0, 0]);
  assert.ok(messages >= DELIVERIES * OBJECTS);
  assert.ok(counts.converted >= OBJECTS && counts.known > 0);
  assert.equal(counts.converted + counts.known, messages);
  assert.deepEqual(await countOf(queues, queues.deadUrl), { visible: 0, inFlight: 0 });

  const command = async (...args: string[]): Promise<void> => {
    const all = [...args, '--json', '--endpoint', server.endpoint];
    const { code, stderr } = await start({ folder, args: all, env: credentialsOf(server) }).ended;
    assert.equal(code, 0, stderr);
  };
  await command('convert', record.run_id, '--raw', 's3://raw-2');
  await command('seal', record.run_id, '--raw', 's3://raw-2', '--datasets', 's3://datasets-2');
  await command('seal', record.run_id, '--raw', 's3://raw', '--datasets', 's3://datasets');
  const parts = await bytesBelow(open('raw'), 'parts/');
  assert.equal(parts.size, 2 * OBJECTS);
  assert.deepEqual(parts, await bytesBelow(open('raw-2'), 'parts/'));
  const files = await bytesBelow(open('datasets'), '');
  assert.ok(files.size > 10);
  assert.deepEqual(files, await bytesBelow(open('datasets-2'), ''), 'all files, the manifest too');

  const manifest = files.get(`${record.run_id}/manifest.json`) ?? Buffer.alloc(0);
  const { ledger } = parseManifest({ bytes: manifest, where: 's3://datasets' });
  assert.equal(ledger.raw_objects, OBJECTS);
  for (const { read, written, duplicate } of Object.values(ledger.inputs)) {
    assert.ok(read > 0 && written === read);
    assert.equal(duplicate, 0);
  }
  await assertDistinct(join(folder, 's3/datasets', record.run_id), ledger.classes);
});
