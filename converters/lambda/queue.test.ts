import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateBucketCommand, PutBucketNotificationConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { startAwsServer } from '../../tools/moto/server.test-world.ts';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { type Bundle, bundle as bundleOf } from '../bundle.ts';
import { convertRun } from '../convert.ts';
import { type Moment, startS3Proxy } from '../faults/s3-proxy.test-world.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { checksumsBelow } from '../store/contents.test-world.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import { type S3Server, startS3Server } from '../store/s3-server.test-world.ts';
import type { ObjectStore } from '../store/store.ts';
import { EventSourceMapping, failedOf, type MappingOptions } from './event-source.test-world.ts';
import { s3Event, TEST_EVENT } from './events.test-world.ts';
import { deadLetters, makeQueues, type Queues, redrive, sendAll } from './queue.test-world.ts';
import type { LambdaEnvironment } from './runtime-api.test-world.ts';

const REQUESTS = 100;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 10 })];
const keys = objects.map(({ key }) => key);

async function put(raw: ObjectStore, of = objects): Promise<void> {
  await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
  for (const { key, bytes } of of) await raw.put(key, bytes);
}

/** The parts that the command makes of them. */
async function partsOf(of = objects): Promise<Map<string, string>> {
  const raw = new MemoryStore();
  await put(raw, of);
  await convertRun({ raw, record });
  return checksumsBelow(raw, 'parts/');
}

describe('the function behind a queue', { timeout: 300_000 }, () => {
  let folder = '';
  let bundle: Bundle;
  let server: S3Server | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'queue-test-'));
    bundle = await bundleOf('lambda', { outdir: join(folder, 'function') });
    server = await startS3Server({ root: join(folder, 's3'), buckets: ['killed', 'poisoned'] });
  });
  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** One environment at a time, so that a message is received as often as it is delivered, however slow this computer is. */
  const mapped = (
    { queues, url, endpoint }: { queues: Queues; url: string; endpoint: string },
    { credentials }: Pick<S3Server, 'credentials'>,
    onStart: MappingOptions['onStart'] = () => undefined,
  ) =>
    new EventSourceMapping({
      ...{ queues, concurrency: 1, folder: bundle.outdir, onStart },
      env: {
        FAULTLINE_RAW: url,
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });

  test('killed in the middle of a batch, three times: what it had comes back, and the parts are the same', async (t) => {
    const aws = await startAwsServer(t);
    if (!aws || !server) return t.skip('no moto or no versitygw');
    const raw = openStore('s3://killed', server);
    await put(raw);
    const queues = await makeQueues(aws, { visibilitySeconds: 2, maxReceiveCount: 5 });
    await sendAll(
      queues,
      keys.map((key) => JSON.stringify(s3Event([key], { bucket: 'killed' }))),
    );

    /** By the number of the request that puts a part set. */
    const kills = new Map<number, Moment>([
      [4, 'asked'],
      [15, 'halfway'],
      [29, 'carried out'],
    ]);
    const numbers = new Map<number, number>();
    let environment: LambdaEnvironment | undefined;
    const proxy = await startS3Proxy({
      to: server.endpoint,
      onMoment: (n, moment, name) => {
        if (!/^PUT \/killed\/parts\//.test(name)) return;
        if (moment === 'asked') numbers.set(n, numbers.size + 1);
        if (kills.get(numbers.get(n) ?? 0) === moment) environment?.child.kill('SIGKILL');
      },
    });
    t.after(() => proxy.close());
    const mapping = mapped({ queues, url: 's3://killed', endpoint: proxy.endpoint }, server, (started) => {
      environment = started;
    });
    await mapping.drain();

    t.diagnostic(JSON.stringify({ ...mapping.counts, logged: mapping.logged() }));
    const { environments, failed, messages, again } = mapping.counts;
    assert.deepEqual([environments, failed], [1 + kills.size, kills.size]);
    assert.ok(again > kills.size, 'more than one message a batch');
    assert.equal(messages, keys.length + again);
    assert.ok(mapping.logged().known > 0, 'what was put before the end was found');
    assert.deepEqual(await deadLetters(queues), []);
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), await partsOf());
  });

  test('a message that nobody can help becomes a dead letter, the others of its batch are done; redriven, it is tried again', async (t) => {
    const aws = await startAwsServer(t);
    if (!aws || !server) return t.skip('no moto or no versitygw');
    const raw = openStore('s3://poisoned', server);
    const [away, ...here] = objects.slice(0, 7);
    assert.ok(away);
    await put(raw, here);
    const inBucket = (key: string) => JSON.stringify(s3Event([key], { bucket: 'poisoned' }));
    const poisoned = ['no event', inBucket(away.key), JSON.stringify(s3Event([away.key]))];
    const maxReceiveCount = 3;
    const queues = await makeQueues(aws, { visibilitySeconds: 1, maxReceiveCount });
    const good = here.map(({ key }) => inBucket(key));
    await sendAll(queues, [...good, ...poisoned, JSON.stringify(TEST_EVENT)]);

    const first = mapped({ queues, url: 's3://poisoned', endpoint: server.endpoint }, server);
    await first.drain();
    const deliveries = poisoned.length * maxReceiveCount;
    const { failed, messages, again } = first.counts;
    assert.deepEqual([failed, messages, again], [0, good.length + 1 + deliveries, deliveries]);
    const { converted, gone, unreadable, no_telemetry: none } = first.logged();
    assert.deepEqual([converted, gone, unreadable, none], [good.length, ...Array(3).fill(maxReceiveCount)]);
    assert.deepEqual(await deadLetters(queues), [...poisoned].sort());
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), await partsOf(here));

    await put(raw, [away]);
    assert.equal(await redrive(queues), poisoned.length);
    assert.deepEqual(await deadLetters(queues), []);
    const second = mapped({ queues, url: 's3://poisoned', endpoint: server.endpoint }, server);
    await second.drain();
    assert.equal(second.logged().converted, 1);
    assert.deepEqual(
      await deadLetters(queues),
      poisoned.filter((body) => body !== inBucket(away.key)).sort(),
    );
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), await partsOf([away, ...here]));
  });

  test('a bucket’s own notifications: its test event, keys as S3 encodes them, and none of the parts', async (t) => {
    const aws = await startAwsServer(t);
    if (!aws) return;
    const queues = await makeQueues(aws, { visibilitySeconds: 30, maxReceiveCount: 3 });
    const s3 = new S3Client({ ...aws, forcePathStyle: true });
    t.after(() => s3.destroy());
    await s3.send(new CreateBucketCommand({ Bucket: 'raw' }));
    await notify(s3, queues);
    const [plain, other] = objects;
    assert.ok(plain && other);
    const strange = { ...other, key: other.key.replace(/[^/_]+$/, 'a b+c%41é&d=e.binpb.gz') };
    const raw = openStore('s3://raw', aws);
    await put(raw, [plain, strange]);

    const mapping = mapped({ queues, url: 's3://raw', endpoint: aws.endpoint }, aws);
    await mapping.drain();
    assert.deepEqual([mapping.counts.messages, mapping.counts.again], [3, 0]);
    const { converted, known, no_telemetry: none, unreadable } = mapping.logged();
    assert.deepEqual([converted, known, none, unreadable], [2, 0, 0, 0]);
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), await partsOf([plain, strange]));
  });
});

/** As the stack has it: what is put below `raw/`, and nothing else, to the queue. */
const notify = (s3: S3Client, { arn }: Queues) =>
  s3.send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: 'raw',
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            ...{ QueueArn: arn, Events: ['s3:ObjectCreated:*'] },
            Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: 'raw/' }] } },
          },
        ],
      },
    }),
  );

test('answers are read as AWS reads them', () => {
  const items = (...ids: unknown[]) => ({
    batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
  });
  for (const done of [undefined, null, {}, { batchItemFailures: null }, items()])
    assert.deepEqual(failedOf(done, ['a', 'b']), new Set(), JSON.stringify(done));
  assert.deepEqual(failedOf(items('b'), ['a', 'b']), new Set(['b']));
  for (const wrong of [items(''), items(null), items('c'), { batchItemFailures: [{ messageId: 'a' }] }])
    assert.equal(failedOf(wrong, ['a', 'b']), undefined, JSON.stringify(wrong));
});
