import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { convertRun } from '../convert.ts';
import {
  attributes,
  metricRequest,
  NANOS,
  ourLine,
  resource,
  SPAN,
  TIME,
  TRACE,
} from '../map/otlp.test-world.ts';
import { otlpJsonToProtobuf } from '../read/otlp-json.ts';
import type { RunRecord } from '../run/record.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { failed, judged } from './judged.test-world.ts';
import { findLeaks } from './leaks.ts';
import { RawLeaks } from './leaks-raw.ts';
import type { LeakReport } from './quality.ts';

// From OTLP, as raw objects and through the converter: a word that the gate does not see in the dataset is not in it.

type Json = Record<string, unknown>;

const record: RunRecord = {
  ...{ schema_version: 1, run_id: 'planted', state: 'complete', target: 'embedded', seed: 1, time_scale: 1 },
  window: { start_ms: TIME - 60_000, end_ms: TIME + 60_000 },
  raw: { prefix: 'raw', drained_ms: TIME + 60_000 },
  ...{ plan_hash: null, traffic: null, counters: {}, versions: {} },
};

/** A resource with more attributes than its service's. */
const ofResource = (more: Json = {}) => ({
  attributes: [...(resource('web-api').attributes as Json[]), ...attributes(more)],
});
const span = (of: Json, more: Json = {}, on: Json = {}): Json => ({
  resourceSpans: [
    {
      resource: ofResource(on),
      scopeSpans: [
        {
          spans: [
            {
              ...{ traceId: TRACE, spanId: SPAN, name: 'GET', kind: 2 },
              ...{ startTimeUnixNano: NANOS, endTimeUnixNano: NANOS },
              attributes: attributes({ 'http.request.method': 'GET', 'url.path': '/', ...of }),
              ...more,
            },
          ],
        },
      ],
    },
  ],
});
const log = (body: string, place: Json = {}, on: Json = {}): Json => ({
  resourceLogs: [
    {
      resource: ofResource(on),
      scopeLogs: [
        {
          logRecords: [
            { observedTimeUnixNano: NANOS, body: { stringValue: body }, attributes: attributes(place) },
          ],
        },
      ],
    },
  ],
});
const metric = (name: string, labels: Json): Json =>
  metricRequest({
    name,
    unit: '1',
    gauge: { dataPoints: [{ timeUnixNano: NANOS, asDouble: 1, attributes: attributes(labels) }] },
  });

/** How Redis writes the time. */
const [day, month, year, clock] = new Date(TIME).toUTCString().slice(5).split(' ');
const redisTime = `${day} ${month} ${year} ${clock}.000`;

/** A planted word a place; each must be found, wherever the converter takes it. */
const PLANTED: [place: string, request: Json][] = [
  ['statement of a query', span({ 'db.system.name': 'postgresql', 'db.query.text': 'SELECT fault' })],
  ['route', span({ 'http.route': '/api/fault/:id' })],
  ['path', span({ 'url.path': '/api/fault' })],
  ['name of a span', span({}, { name: 'run fault' })],
  ['header, by its key', span({ 'http.request.header.x-fault': ['1'] })],
  ['header, by its value', span({ 'http.request.header.x-mode': ['fault'] })],
  ['user agent', span({ 'user_agent.original': 'fault/1.0' })],
  ['key of an attribute', span({ 'app.fault.on': true })],
  ['value of an attribute', span({ 'app.mode': 'fault' })],
  ['value in a list', span({ 'app.modes': ['a', 'fault'] })],
  ['status of a span', span({}, { status: { code: 2, message: 'a fault' } })],
  [
    'stack of an exception',
    span(
      {},
      {
        status: { code: 2 },
        events: [
          {
            name: 'exception',
            timeUnixNano: NANOS,
            attributes: attributes({
              'exception.type': 'Error',
              'exception.message': 'no',
              'exception.stacktrace': 'Error: no\n    at x\nfault (y.js:1:1)',
            }),
          },
        ],
      },
    ),
  ],
  ['name of an event', span({}, { events: [{ name: 'fault on', timeUnixNano: NANOS }] })],
  ['message of a log line', log(ourLine({ msg: 'the fault is on' }))],
  ['key of a log line', log(ourLine({ fault: 1 }))],
  ['key deep in a log line', log(ourLine({ more: { deep: [{ faultMode: 1 }] } }))],
  ['second line of a text in a log line', log(ourLine({ more: 'first\nfault' }))],
  ['error of a log line', log(ourLine({ level: 'error', err: { type: 'Fault', message: 'x', stack: 'y' } }))],
  ['line of a store', log(`4712:M ${redisTime} * Fault is on`)],
  ['line that nobody knows', log('a fault')],
  ['name of a log', log('a', { 'log.file.name': 'fault.log' })],
  ['name of a container', log('b', { container_name: '/storefront-fault-1' })],
  ['service', log(ourLine({ service: 'fault-api' }))],
  [
    'process event',
    log(
      ourLine({ event: 'process', process: { action: 'start', service: 'fault-api', replica: 1, pid: 1 } }),
    ),
  ],
  [
    'name of a flag',
    log(
      ourLine({
        service: 'operator',
        event: 'change',
        change: {
          ...{ uid: 'u-1', kind: 'feature_flag', service: 'web-api', actor: 'dana', status: 'applied' },
          ...{ from: 'fault_v2=false', to: 'fault_v2=true' },
        },
      }),
    ),
  ],
  ['name of a metric', metric('fault_total', {})],
  ['key of a label', metric('jobs', { fault: 'on' })],
  ['value of a label', metric('jobs', { mode: 'fault' })],
  ['resource of a span', span({}, {}, { 'host.name': 'fault-host' })],
  ['container of a resource', log('x', {}, { 'container.name': 'storefront-fault-1' })],
  ['name of a process', log('y', {}, { 'process.executable.name': 'fault' })],
  ['command line of a process', span({}, {}, { 'process.command_line': 'node fault.js' })],
];

const signalOf = (request: Json) =>
  'resourceSpans' in request ? 'traces' : 'resourceLogs' in request ? 'logs' : 'metrics';

/** Converts the requests as one raw object each, and looks for the word in what would be published. */
async function gate(requests: readonly Json[]): Promise<{ leaks: LeakReport; rows: number }> {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  const minute = new Date(TIME).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/');
  for (const [i, request] of requests.entries()) {
    await raw.put(`raw/${minute}/${signalOf(request)}_${i}.json`, Buffer.from(JSON.stringify(request)));
  }
  await convertRun({ raw, record });
  let leaks: LeakReport | undefined;
  const { kinds } = await sealRun({
    ...{ raw, datasets, record },
    judge: async ({ dir }) => {
      leaks = await findLeaks({ dir, words: ['fault'] });
    },
  });
  assert.ok(leaks);
  return { leaks, rows: Object.values(kinds).reduce((sum, count) => sum + count, 0) };
}

function rawGate(request: Json, form: 'json' | 'protobuf') {
  const signal = signalOf(request);
  const json = Buffer.from(JSON.stringify(request));
  const leaks = new RawLeaks({ words: ['fault'] });
  leaks.add({
    key: `raw/${signal}`,
    bytes: form === 'json' ? json : otlpJsonToProtobuf({ json: json.toString(), signal }),
  });
  return leaks.report();
}

for (const [place, request] of PLANTED)
  test(`a planted word is found: ${place}`, async () => {
    const { leaks, rows } = await gate([request]);
    assert.ok(rows >= 1, 'the event is in the dataset');
    assert.ok(leaks.count > 0, `${leaks.texts} texts looked at`);
    assert.deepEqual([...new Set(leaks.found.map(({ word }) => word))], ['fault']);
  });

test('in raw objects it is found in every place, in both forms of OTLP', () => {
  for (const [place, request] of PLANTED)
    for (const form of ['json', 'protobuf'] as const) {
      const { count, found } = rawGate(request, form);
      assert.ok(count > 0, `${place}, ${form}`);
      assert.equal(found[0]?.word, 'fault');
    }
});

test('the judge finds it in the raw objects of a run', async (t) => {
  for (const [place, request] of PLANTED) {
    const signal = signalOf(request);
    const bytes = otlpJsonToProtobuf({ json: JSON.stringify(request), signal });
    const quality = await judged(
      t,
      ({ objects }) =>
        void Object.assign(objects, { [`raw/2026/11/24/05/41/${signal}_planted.binpb.gz`]: gzipSync(bytes) }),
    );
    const [found] = quality.leaks.found;
    assert.deepEqual([found?.word, found?.column, place], ['fault', '(raw object)', place]);
    assert.ok(failed(quality).includes('leaks') && !quality.sound, place);
  }
});

test('words that only look like it are in every place, and none is found', async () => {
  const innocent = PLANTED.map(([, request], i): Json => {
    const text = JSON.stringify(request).replaceAll(/fault/gi, 'default');
    // Each an event of its own.
    const id = (i + 1).toString(16).padStart(16, '0');
    return JSON.parse(text.replaceAll(SPAN, id).replaceAll('\\"line\\":7', `\\"line\\":${i + 1}`));
  });
  const { leaks, rows } = await gate(innocent);
  assert.equal(rows, innocent.length);
  assert.ok(leaks.texts > 500, `${leaks.texts} texts`);
  assert.deepEqual(leaks.found, []);
  for (const request of innocent) assert.equal(rawGate(request, 'protobuf').count, 0);
});

test('a name of a column or a file is found too, and what lies in labels/ and report/ is not looked at', async (t) => {
  const dir = await folder(t);
  const file = (name: string) =>
    new Uint8Array(parquetWriteBuffer({ columnData: [{ name, data: ['x'], type: 'STRING' }] }));
  await writeFile(join(dir, 'ocsf_logs.parquet'), file('is_fault'));
  await writeFile(join(dir, 'ocsf_fault.parquet'), file('message'));
  for (const beside of ['labels', 'report']) {
    await mkdir(join(dir, beside));
    await writeFile(join(dir, beside, 'windows.parquet'), file('fault'));
  }
  const { found } = await findLeaks({ dir, words: ['fault'] });
  assert.deepEqual(
    found.map(({ file: path, column }) => `${path} ${column}`),
    ['ocsf_fault.parquet (name of the file)', 'ocsf_logs.parquet (name of a column)'],
  );
});

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'leaks-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
