import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { benchRecord } from '../../../../converters/bench/dataset.ts';
import { rawObjects } from '../../../../converters/bench/telemetry.ts';
import { convertRun } from '../../../../converters/convert.ts';
import { s3Event, sqsEvent } from '../../../../converters/lambda/events.test-world.ts';
import { lambdaHandler } from '../../../../converters/lambda/handler.ts';
import { encodeRecord, readRun, recordKey } from '../../../../converters/run/runs.ts';
import { putTruth, type RunTruth } from '../../../../converters/truth/record.ts';
import { sealAndJudge } from '../../../../tools/cli/seal.ts';
import { startCollector } from '../../../../tools/foreign/collector.test-world.ts';
import { until } from '../../../embedded/testing.ts';
import { assertAsInTable, putLarge, type S3World, s3World } from './enforced.test-world.ts';

const REQUESTS = 60;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 30 })];
const keys = objects.map(({ key }) => key);

const { start_ms, end_ms } = record.window;
const TRUTH: RunTruth = {
  ...{ schema_version: 1, run_id: 'bench', campaign: 'quick', seed: 1, time_scale: 1, plan_hash: null },
  ...{ complete: true, scaled: {}, cases: [] },
  traffic: { start_ms, end_ms: end_ms ?? start_ms, rate: 100, shape: 'flat' },
};

/** A run with its raw objects, of which one is damaged. */
async function putRun({ raw }: S3World): Promise<void> {
  await raw.put(recordKey('bench'), encodeRecord({ raw, record }));
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  await raw.put(keys[2] as string, Buffer.from('no gzip'));
}

test('the function converts what it is notified of, once and again', async (t) => {
  const world = await s3World(t);
  if (!world) return;
  await putRun(world);
  const door = await world.as('converter-function');
  const lines: Record<string, unknown>[] = [];
  const handle = lambdaHandler({ raw: door.raw, log: (line) => void lines.push(line) });
  const gone = keys[0]?.replace(/[0-9a-f](?=\.)/, 'x') ?? '';
  const event = sqsEvent([s3Event(keys), s3Event([gone])]);
  for (const awsRequestId of ['1', '2'])
    assert.deepEqual((await handle(event, { awsRequestId })).batchItemFailures, [
      { itemIdentifier: 'message-1' },
    ]);
  const told = lines.filter(({ messages }) => messages !== undefined);
  assert.deepEqual(
    told.map(({ converted, known, gone, failed }) => ({ converted, known, gone, failed })),
    [
      { converted: keys.length, known: 0, gone: 1, failed: 0 },
      { converted: 0, known: keys.length, gone: 1, failed: 0 },
    ],
  );
  assertAsInTable('converter-function', door);
});

test('the task converts what is left, removes leftovers and seals', async (t) => {
  const world = await s3World(t);
  if (!world) return;
  await putRun(world);
  for (const key of ['parts/bench/old.rows', 'dead-letter/bench/old.ndjson'])
    await world.raw.put(key, Buffer.from('left'));
  const door = await world.as('seal-task');
  const { raw, datasets } = door;
  const found = await readRun({ raw, runId: 'bench' });
  await convertRun({ raw, record: found, missing: true });
  const seal = (force: boolean) =>
    sealAndJudge({
      ...{ raw, datasets, record: found, force, detectors: async () => null },
      ...{ signal: AbortSignal.timeout(120_000), update: () => undefined },
    });
  await assert.rejects(seal(false), { code: 'RUN_NOT_SOUND' });
  await putTruth({ raw: world.raw, truth: TRUTH });
  const sealed = await seal(true);
  assert.ok(sealed.rows > 0);
  assert.equal((await seal(true)).rows, sealed.rows); // once more: it is there, and the same
  await putLarge({ store: datasets, folder: world.folder, prefix: 'bench/' });
  assertAsInTable('seal-task', door);
});

test('the collector puts raw objects, small ones and large ones, and gives up what is refused at its end', async (t) => {
  const world = await s3World(t);
  if (!world) return;
  let isRefused = false;
  const door = await world.as('collector-task', ({ api }) => isRefused && api === 'CompleteMultipartUpload');
  const collector = await startCollector(t, world.folder, { s3: door, rawPrefix: 'raw' });
  if (!collector) return;
  const send = async (body: string) => {
    const logRecords = [{ timeUnixNano: '1764000000000000000', body: { stringValue: body } }];
    const answer = await fetch(`http://${collector.otlp}/v1/logs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
    });
    assert.equal(answer.status, 200);
  };
  const large = () => send(randomBytes(9 * 2 ** 20).toString('base64')); // more than 5 MiB when it is packed
  await send('a line');
  await collector.holds({ logs: 1, traces: 0, metrics: 0 });
  await large();
  await collector.holds({ logs: 2, traces: 0, metrics: 0 });
  isRefused = true;
  await large();
  await until('an upload is given up', async () => door.calls().some((call) => call.startsWith('Abort')));
  assertAsInTable('collector-task', door);
});

test('services call nothing of AWS: none of their files loads its SDK', async () => {
  const folder = fileURLToPath(new URL('../../../../services', import.meta.url));
  const files = await readdir(folder, { recursive: true });
  const code = files.filter((file) => /\.(ts|js|json)$/.test(file) && !file.includes('node_modules'));
  assert.ok(code.length > 20, `${code.length} files`);
  for (const file of code) assert.doesNotMatch(await readFile(join(folder, file), 'utf8'), /@aws-sdk/, file);
});
