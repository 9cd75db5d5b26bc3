import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import type { RunRecord } from '../run/record.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { checksumsBelow } from '../store/contents.test-world.ts';
import { storeUnreachable } from '../store/errors.ts';
import { MemoryStore } from '../store/memory.ts';
import { s3Event, snsEnvelope, sqsEvent, TEST_EVENT } from './events.test-world.ts';
import { lambdaHandler } from './handler.ts';

const REQUESTS = 120;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 30 })];
const keys = objects.map(({ key }) => key);
const [first = '', second = '', third = ''] = keys;

/** A bucket of that name. What is read of it can be made to fail. */
class Bucket extends MemoryStore {
  override readonly url = 's3://raw';
  readonly down = new Set<string>();
  override async get(key: string): Promise<Uint8Array> {
    if (this.down.has(key))
      throw storeUnreachable({ store: this.url, endpoint: 'S3', said: 'SlowDown', attempts: 25 });
    return super.get(key);
  }
}

async function world(...records: RunRecord[]) {
  const raw = new Bucket();
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  for (const one of records) await raw.put(recordKey(one.run_id), encodeRecord({ raw, record: one }));
  const lines: Record<string, unknown>[] = [];
  const handle = lambdaHandler({ raw, log: (line) => void lines.push({ ...line }) });
  return {
    raw,
    lines,
    /** Handles an event; the counts of its last log line. */
    async invoke(event: Parameters<typeof handle>[0]) {
      const answer = await handle(event, { awsRequestId: 'request' });
      return {
        again: answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
        counts: lines.at(-1),
      };
    },
  };
}

const counted = (counts: Record<string, unknown> | undefined, want: Record<string, number>) => {
  const all = {
    messages: 1,
    unreadable: 0,
    converted: 0,
    known: 0,
    no_run: 0,
    gone: 0,
    no_telemetry: 0,
    failed: 0,
  };
  const { request_id, level, rows, ...seen } = counts ?? {};
  assert.deepEqual(seen, { ...all, ...want });
  return Number(rows);
};

describe('an event of S3 makes what the command makes', () => {
  let wanted: Map<string, string>;
  before(async () => {
    const { raw } = await world(record);
    await convertRun({ raw, record });
    wanted = await checksumsBelow(raw, 'parts/');
    assert.equal(wanted.size, 2 * objects.length);
  });

  test('from S3 itself, with many objects', async () => {
    const { raw, invoke } = await world(record);
    const { again, counts } = await invoke(s3Event(keys));
    assert.deepEqual(again, []);
    assert.ok(counted(counts, { converted: keys.length }) > REQUESTS * 9);
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), wanted);
  });

  test('by a queue, plain and by way of a topic; delivered again it changes nothing', async () => {
    const { raw, invoke } = await world(record);
    const event = sqsEvent(
      keys.map((key, i) => (i % 2 === 0 ? s3Event([key]) : snsEnvelope(s3Event([key])))),
    );
    const once = await invoke(event);
    assert.deepEqual(once.again, []);
    counted(once.counts, { messages: keys.length, converted: keys.length });
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), wanted);
    const twice = await invoke(event);
    counted(twice.counts, { messages: keys.length, known: keys.length });
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), wanted);
  });

  test('for a run that is still going on, whose parts are then those of its dataset', async () => {
    const { raw, invoke } = await world({
      ...record,
      state: 'running',
      window: { start_ms: record.window.start_ms - 60_000, end_ms: null },
      raw: { prefix: 'raw', drained_ms: null },
    });
    counted((await invoke(s3Event(keys))).counts, { converted: keys.length });
    const report = await convertRun({ raw, record, missing: true });
    assert.deepEqual([report.objects, report.validated], [keys.length, 0]);
    await convertRun({ raw, record });
    assert.deepEqual(await checksumsBelow(raw, 'parts/'), wanted);
  });
});

test('an object that cannot be read now has its message delivered again, and no other', async () => {
  const { raw, invoke, lines } = await world(record);
  raw.down.add(second);
  const event = sqsEvent([s3Event([first]), s3Event([second, third])]);
  const { again, counts } = await invoke(event);
  assert.deepEqual(again, ['message-1']);
  counted(counts, { messages: 2, converted: 2, failed: 1 });
  const [told] = lines;
  assert.deepEqual([told?.level, told?.key, told?.code], ['error', second, 'STORE_UNREACHABLE']);
  raw.down.clear();
  const later = await invoke(sqsEvent([s3Event([second, third])]));
  assert.deepEqual(later.again, []);
  counted(later.counts, { converted: 1, known: 1 });
});

test('S3 itself invokes again where one was not converted', async () => {
  const { raw, invoke } = await world(record);
  raw.down.add(first);
  await assert.rejects(invoke(s3Event([first, second])), { code: 'NOT_CONVERTED' });
  raw.down.clear();
  counted((await invoke(s3Event([first, second]))).counts, { converted: 1, known: 1 });
});

test('what no delivery can help ends in the dead-letter queue, and what is of no run is counted and left', async () => {
  const { raw, invoke, lines } = await world(record);
  await raw.delete(first);
  const outside = 'raw/2026/11/23/23/59/traces_000000000000.binpb.gz';
  await raw.put(outside, objects[0]?.bytes ?? new Uint8Array());
  const event = sqsEvent([
    s3Event([first]),
    s3Event([outside]),
    s3Event(['parts/bench/x.json', 'raw/2026/11/24/06/00/../traces_x.binpb.gz']),
    s3Event([second], { eventName: 'ObjectRemoved:Delete' }),
    TEST_EVENT,
    'no JSON',
    { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'raw' }, object: { key: '%' } } }] },
  ]);
  const { again, counts } = await invoke(event);
  assert.deepEqual(again, ['message-0', 'message-5', 'message-6']);
  counted(counts, { messages: 7, unreadable: 2, gone: 1, no_run: 1, no_telemetry: 2 });
  const told = lines
    .filter(({ level }) => level === 'error')
    .map(({ code, message_id }) => [message_id, code]);
  assert.deepEqual(told, [
    ['message-0', 'RAW_OBJECT_GONE'],
    ['message-5', 'NO_S3_EVENT'],
    ['message-6', 'NO_S3_EVENT'],
  ]);
  await assert.rejects(invoke(s3Event([first])), { code: 'NOT_CONVERTED' });
  assert.deepEqual((await checksumsBelow(raw, 'parts/')).size, 0);
});

test('a bucket that is not the raw one is none of ours, and its message a dead letter', async () => {
  const { invoke, lines } = await world(record);
  const { again, counts } = await invoke(sqsEvent([s3Event([first], { bucket: 'other' })]));
  counted(counts, { no_telemetry: 1 });
  assert.deepEqual([again, lines[0]?.code], [['message-0'], 'OTHER_BUCKET']);
});

test('an object is converted for each run that holds it; a damaged record of another run is in nobody’s way', async () => {
  const early = {
    ...record,
    run_id: 'early',
    window: { ...record.window, end_ms: record.window.start_ms + 300 },
  };
  const { raw, invoke } = await world(record, early);
  await raw.put('runs/broken.json', Buffer.from('{'));
  const { counts } = await invoke(s3Event([first]));
  counted(counts, { converted: 1 });
  for (const run of ['bench', 'early'])
    assert.equal((await checksumsBelow(raw, `parts/${run}/`)).size, 2, run);
});

test('a run that ends while its object is converted has the parts of its final window', async () => {
  const running: RunRecord = {
    ...{ ...record, state: 'running', raw: { prefix: 'raw', drained_ms: null } },
    window: { start_ms: record.window.start_ms, end_ms: null },
  };
  const short = { ...record, window: { ...record.window, end_ms: record.window.start_ms + 100 } };
  const { raw, invoke } = await world(running);
  const { put } = raw;
  raw.put = async (...args) => {
    raw.put = put;
    await put.call(raw, recordKey('bench'), encodeRecord({ raw, record: short }));
    await put.apply(raw, args); // the first rows of the running run
  };
  counted((await invoke(s3Event([first]))).counts, { converted: 1 });
  const made = await checksumsBelow(raw, 'parts/');
  await convertRun({ raw, record: short });
  const whole = await checksumsBelow(raw, 'parts/');
  for (const [key, bytes] of made) assert.equal(bytes, whole.get(key), key);
  assert.equal(made.size, 2);
});

test('a run that begins after the first event is found by the next', async () => {
  const { raw, invoke } = await world();
  counted((await invoke(s3Event([first]))).counts, { no_run: 1 });
  await raw.put(recordKey('bench'), encodeRecord({ raw, record }));
  counted((await invoke(s3Event([first]))).counts, { converted: 1 });
});
