import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { logRequest, ourLine, spanRequest } from '../map/otlp.test-world.ts';
import { otlpJsonToProtobuf } from '../read/otlp-json.ts';
import type { Signal } from '../read/raw-object.ts';
import { MemoryStore } from '../store/memory.ts';
import { excerpt } from './dead-letter.ts';

interface Letter {
  readonly reason: string;
  readonly signal: Signal;
  readonly source: string;
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
  readonly excerpt: string;
}
const record = benchRecord(40);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const key = (signal: Signal, end = 'binpb.gz') => `raw/2026/11/24/06/00/${signal}_x.${end}`;

/** The dead letters of one raw object. */
async function letters(of: string, bytes: Uint8Array): Promise<Letter[]> {
  const raw = new MemoryStore();
  await raw.put(of, bytes);
  const report = await convertRun({ raw, record });
  const found: Letter[] = [];
  for await (const info of raw.list('dead-letter/')) {
    assert.ok(info.key.startsWith(`dead-letter/${record.run_id}/`), info.key);
    const text = Buffer.from(await raw.get(info.key)).toString('utf8');
    for (const line of text.trimEnd().split('\n')) found.push(JSON.parse(line) as Letter);
  }
  const rejected = Object.values(report.signals).reduce((sum, line) => sum + line.rejected, 0);
  assert.equal(found.length, rejected);
  for (const letter of found) assert.equal(letter.source, of);
  return found;
}

test('a rejected record says where it is: source, offset and length give the bytes of its checksum', async () => {
  const valid = { startTimeUnixNano: '1795500001000000000', endTimeUnixNano: '1795500002000000000' };
  const [good, late, none] = [
    spanRequest({ name: 'good', kind: 1, ...valid }),
    spanRequest({ name: 'ends before it starts', kind: 1, ...valid, endTimeUnixNano: '1795500000000000000' }),
    spanRequest({ name: 'no id', kind: 1, ...valid, spanId: '0000000000000000' }),
  ].map((json) => otlpJsonToProtobuf({ json: JSON.stringify(json), signal: 'traces' }));
  const whole = Buffer.concat([good as Uint8Array, late as Uint8Array, none as Uint8Array]);
  const found = await letters(key('traces'), gzipSync(whole));
  assert.deepEqual(
    found.map(({ reason }) => reason),
    ['invalid_time', 'invalid_id'],
  );
  for (const { offset, length, sha256: sum, signal } of found) {
    assert.equal(sum, sha256(whole.subarray(offset, offset + length)));
    assert.equal(signal, 'traces');
  }
  assert.match((found[0] as Letter).excerpt, /ends before it starts/);
});

test('an object that cannot be unpacked is one letter over all its stored bytes', async () => {
  const { bytes } = rawObjects({ requests: 1, start: record.window.start_ms }).next().value as {
    bytes: Uint8Array;
  };
  const cut = bytes.subarray(0, bytes.length - 9);
  for (const [of, wrong, reason] of [
    [key('traces'), gunzipSync(bytes), 'not_gzip'],
    [key('traces'), cut, 'not_gzip'],
    [key('traces'), new Uint8Array(0), 'not_gzip'],
    [key('logs', 'json'), Buffer.from('{"resourceLogs":'), 'not_otlp'],
    [key('metrics', 'json.gz'), gzipSync('[]'), 'not_otlp'],
  ] as const) {
    const [letter, ...others] = await letters(of, wrong);
    assert.ok(letter && others.length === 0, of);
    assert.deepEqual(
      [letter.reason, letter.offset, letter.length, letter.sha256],
      [reason, 0, wrong.length, sha256(wrong)],
    );
  }
});

test('letters of the same object are the same bytes, however often it is converted', async () => {
  const wrong = gzipSync(
    otlpJsonToProtobuf({ json: JSON.stringify(logRequest('x')), signal: 'logs' }).subarray(0, 60),
  );
  const raw = new MemoryStore();
  await raw.put(key('logs'), wrong);
  const states: string[] = [];
  for (let i = 0; i < 2; i++) {
    await convertRun({ raw, record });
    for await (const info of raw.list('dead-letter/')) states.push(sha256(await raw.get(info.key)));
  }
  assert.equal(states.length, 2);
  assert.equal(states[0], states[1]);
});

const SECRET = 'hunter2-Zq81xW';
const CARD = '4242424242424242';
const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
const HASH = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy';
const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJlWnE4MXhX';

test('an excerpt is short, printable and without secrets, in whatever form they come', () => {
  const framed = (name: string, secret: string): Uint8Array =>
    otlpJsonToProtobuf({
      json: JSON.stringify(spanRequest({ name: 'x', kind: 1 }, { 'a.first': 'shown', [name]: secret })),
      signal: 'traces',
    }).subarray(150);
  const texts: readonly (string | Uint8Array)[] = [
    `{"password":"${SECRET}"}`,
    `{"user":{"accessToken": "${SECRET}"}}`,
    `"{\\"password\\":\\"${SECRET}\\"}"`,
    `password=${SECRET}&x=1`,
    `PGPASSWORD: ${SECRET}`,
    `Authorization: Bearer ${SECRET}`,
    `authorization: Basic ${SECRET}`,
    `set-cookie: sid=${SECRET}`,
    `x ${TOKEN} y`,
    `card ${CARD}`,
    `card 4242 4242 4242 4242`,
    `mail dana.${SECRET}@example.com now`,
    `connect postgres://storefront:${SECRET}@localhost:5432/storefront`,
    `PWD=${SECRET}`,
    `{"credentials":{"privateKey":"${SECRET}"}}`,
    `?X-Amz-Signature=${SECRET}&x=1`,
    `-----BEGIN PRIVATE KEY----- ${SECRET}`,
    `by ${ACCESS_KEY} of ${HASH}`,
    ...['db.password', 'api_key', 'session', 'http.request.header.authorization', 'token'].flatMap((name) =>
      [1, 2, 3, 4, 6].map((times) => framed(name, SECRET.repeat(times))),
    ),
    framed('card', CARD),
    // What is cut off by the excerpt's own limit.
    Buffer.concat([Buffer.alloc(600), Buffer.from(`x ${TOKEN}`)]),
  ];
  for (const text of texts) {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const said = excerpt(bytes);
    assert.ok(said.length <= 160, said);
    assert.match(said, /^[\x20-\x7e·]*$/);
    for (const secret of [SECRET, CARD, '4242 4242', TOKEN.slice(0, 12), ACCESS_KEY, HASH.slice(0, 12)])
      assert.ok(!said.includes(secret), `${secret} in ${said}`);
  }
});

test('a secret that the limit of what is looked at cuts in two is not shown by halves', () => {
  for (let at = 600; at < 640; at++) {
    const before = `{"password":"${'x'.repeat(at - 20)}"} `;
    for (const secret of [CARD, `dana.${SECRET}@example.com`, ACCESS_KEY]) {
      const said = excerpt(Buffer.from(`${before}${secret} and more that is shown nowhere`));
      assert.ok(said.length <= 160 && !said.includes(secret.slice(0, 5)), said);
    }
  }
});

test('what is no secret stays readable', () => {
  assert.equal(excerpt(Buffer.from('GET /api/users/7 \x00\x01\x02 web-api')), 'GET /api/users/7 · web-api');
  assert.equal(excerpt(Buffer.from(ourLine({ msg: 'ü' }))).includes('"service":"web-api"'), true);
});
