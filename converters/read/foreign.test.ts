import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { mapObject } from '../map/map-object.test-world.ts';
import { logRequest, metricRequest, NANOS, spanRequest, TIME } from '../map/otlp.test-world.ts';
import { foreignPieces } from './foreign.ts';
import { otlpJsonToProtobuf } from './otlp-json.ts';
import type { Signal } from './raw-object.ts';

type Json = Record<string, unknown>;

const span = (name: string) => spanRequest({ name, kind: 1 });
const log = (body: string) => logRequest(body, { timeUnixNano: NANOS, severityNumber: 9 });
const metric = (name: string) =>
  metricRequest({ name, unit: '1', gauge: { dataPoints: [{ timeUnixNano: NANOS, asDouble: 1 }] } });
const protobuf = (request: Json, signal: Signal) =>
  otlpJsonToProtobuf({ json: JSON.stringify(request), signal });
const json = (...requests: readonly Json[]) => requests.map((request) => JSON.stringify(request)).join('\n');
const framed = (...requests: readonly Uint8Array[]) =>
  Buffer.concat(
    requests.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );

interface Read {
  /** `traces GET`, in the order of the object for each signal. */
  readonly records: readonly string[];
  readonly refused: readonly string[];
  readonly pieces: number;
}

/** Reads an object in chunks of so many bytes. */
async function read(object: Uint8Array | string, { key = 'x', chunk = 1 << 20 } = {}): Promise<Read> {
  const bytes = Buffer.from(object as Uint8Array);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const records: string[] = [];
  const refused: string[] = [];
  let pieces = 0;
  const window = { start_ms: TIME - 60_000, end_ms: TIME + 60_000 };
  for await (const piece of foreignPieces({ key, chunks: chunks() })) {
    pieces++;
    const { rows, rejected } = mapObject({ bytes: piece.bytes, signal: piece.signal, window });
    assert.deepEqual(rejected, []);
    for (let row = 0; row < rows.length; row++) {
      const { span_name, metric_name, message } = rows.row(row);
      records.push(`${piece.signal} ${span_name ?? metric_name ?? message}`);
    }
    for (const { reason, bytes: of } of piece.refused)
      refused.push(`${piece.signal} ${reason} ${Buffer.from(of).toString('latin1').slice(0, 12)}`);
  }
  return { records, refused, pieces };
}

const ALL = { ...span('a span'), ...log('a log'), ...metric('a_metric') };
const THREE = ['traces a span', 'logs a log', 'metrics a_metric'];

const GOOD: readonly (readonly [string, Uint8Array | string, readonly string[]])[] = [
  ['protobuf, one request of spans', protobuf(span('a span'), 'traces'), ['traces a span']],
  ['protobuf, one request of logs', protobuf(log('a log'), 'logs'), ['logs a log']],
  ['protobuf, one request of metrics', protobuf(metric('a_metric'), 'metrics'), ['metrics a_metric']],
  ['protobuf, gzip', gzipSync(protobuf(span('a span'), 'traces')), ['traces a span']],
  [
    'protobuf, each behind its length, of all signals',
    framed(
      protobuf(metric('a_metric'), 'metrics'),
      protobuf(span('a span'), 'traces'),
      protobuf(log('a log'), 'logs'),
    ),
    THREE,
  ],
  [
    'the same of one signal, gzip',
    gzipSync(framed(protobuf(span('one'), 'traces'), protobuf(span('two'), 'traces'))),
    ['traces one', 'traces two'],
  ],
  ['JSON, one request', json(span('a span')), ['traces a span']],
  ['JSON, one request of all signals', json(ALL), THREE],
  ['JSON over several lines', JSON.stringify(ALL, null, 2), THREE],
  [
    'several of those',
    `${JSON.stringify(span('one'), null, 2)}\n${JSON.stringify(span('two'), null, 4)}\n`,
    ['traces one', 'traces two'],
  ],
  [
    'JSON, a request a line, with empty lines',
    `\n${json(span('one'))}\r\n\n${json(span('two'))}\n`,
    ['traces one', 'traces two'],
  ],
  ['JSON, a request a line, of all signals', json(metric('a_metric'), log('a log'), span('a span')), THREE],
  [
    'JSON lines, gzip in two members',
    Buffer.concat([gzipSync(`${json(span('one'))}\n`), gzipSync(json(span('two')))]),
    ['traces one', 'traces two'],
  ],
  ['nothing', '', []],
  ['nothing, gzip', gzipSync(''), []],
];

for (const [name, object, records] of GOOD)
  for (const chunk of [1 << 20, 61, 1])
    test(`${name}, in chunks of ${chunk}`, async () => {
      const found = await read(object, { chunk });
      assert.deepEqual(found.records, records);
      assert.deepEqual(found.refused, []);
    });

const cut = gzipSync(`${json(span('one'))}\n${json(span('two'))}\n${'x'.repeat(100)}`);
const BAD: readonly (readonly [string, Uint8Array | string, readonly string[], readonly string[]])[] = [
  ['text', 'hello, world', [], ['logs not_otlp hello, world']],
  ['another binary format', Buffer.from([0x89, 0x50, 0x4e, 0x47]), [], ['logs not_otlp \u0089PNG']],
  ['JSON that is no request', '{"a":1}\n[1]\n', [], ['logs not_otlp {"a":1}', 'logs not_otlp [1]']],
  [
    'a line that is no JSON between good ones',
    `${json(span('one'))}\nnonsense\n${json(span('two'))}`,
    ['traces one', 'traces two'],
    ['logs not_otlp nonsense'],
  ],
  [
    'a line that was cut off between good ones',
    `${json(span('one'))}\n${json(span('lost')).slice(0, 40)}\n${json(span('two'))}`,
    ['traces one', 'traces two'],
    ['logs not_otlp {"resourceSp'],
  ],
  [
    'a last line that was cut off',
    `${json(span('one'))}\n${json(span('lost')).slice(0, 40)}`,
    ['traces one'],
    ['logs not_otlp {"resourceSp'],
  ],
  [
    'a value that is not what its field holds',
    json(span('one'), spanRequest({ name: 'bad', startTimeUnixNano: 'noon' }), span('two')),
    ['traces one', 'traces two'],
    ['logs not_otlp {"resourceSp'],
  ],
  [
    'requests behind their lengths, the last cut off',
    framed(protobuf(span('one'), 'traces'), protobuf(span('lost'), 'traces')).subarray(0, -5),
    ['traces one'],
    ['logs not_otlp \0\0'],
  ],
  ['gzip that was cut off', cut.subarray(0, -12), ['traces one', 'traces two'], []],
];

for (const [name, object, records, refused] of BAD)
  for (const chunk of [1 << 20, 61])
    test(`${name}: the rest is read, what was not is told, in chunks of ${chunk}`, async () => {
      const found = await read(object, { chunk });
      if (name.startsWith('gzip')) {
        assert.ok(
          found.refused.some((line) => line.startsWith('logs not_gzip')),
          String(found.refused),
        );
        for (const record of found.records) assert.ok(records.includes(record), record);
        return;
      }
      assert.deepEqual(found.records, records);
      assert.equal(found.refused.length, refused.length, String(found.refused));
      for (const [i, line] of found.refused.entries()) assert.ok(line.startsWith(refused[i] as string), line);
    });

test('what cannot be read is counted where the name says, else among the logs', async () => {
  for (const [key, signal] of [
    ['2026/traces_1.bin', 'traces'],
    ['my-metrics.json', 'metrics'],
    ['export.json', 'logs'],
  ] as const)
    assert.deepEqual((await read('hello', { key })).refused, [`${signal} not_otlp hello`]);
});

test('a large object is read in pieces, and none of it is lost', async () => {
  const wide = 'y'.repeat(20_000);
  const names = Array.from({ length: 700 }, (_, i) => `span ${i}`);
  const lines = names.map((name) => json(spanRequest({ name, kind: 1 }, { wide }))).join('\n');
  const found = await read(gzipSync(lines));
  assert.ok(found.pieces >= 3, `${found.pieces} pieces`);
  assert.deepEqual(
    found.records,
    names.map((name) => `traces ${name}`),
  );
});

/** How many times its own size an object is copied together while it is read. */
async function copied(t: TestContext, object: Uint8Array, chunk: number) {
  const concat = Buffer.concat;
  let bytes = 0;
  t.mock.method(Buffer, 'concat', (list: Uint8Array[]) => {
    const made = concat(list);
    bytes += made.length;
    return made;
  });
  const found = await read(object, { chunk });
  t.mock.restoreAll();
  return { ...found, times: bytes / object.length };
}

test('what is never whole, however its lines end, is looked at once and not again and again', async (t) => {
  const lines = ['{"resourceSpans":[', ...Array.from({ length: 20_000 }, () => '}'), json(span('after'))];
  const found = await copied(t, Buffer.from(lines.join('\n')), 1 << 16);
  assert.deepEqual([found.records, found.refused.length], [['traces after'], 20_000]);
  assert.ok(found.times < 3, `copied ${found.times} times`);
});

test('a request of many chunks is put together once', async (t) => {
  const wide = protobuf(spanRequest({ name: 'wide', kind: 1 }, { wide: 'y'.repeat(1 << 20) }), 'traces');
  const found = await copied(t, framed(wide, wide), 500);
  assert.deepEqual(found.records, ['traces wide', 'traces wide']);
  assert.ok(found.times < 3, `copied ${found.times} times`);
});
