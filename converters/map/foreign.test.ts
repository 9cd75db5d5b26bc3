import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '../ocsf/validate.ts';
import { logRequest, mapped, SPAN, spanRequest, TIME, TRACE } from './otlp.test-world.ts';

type Json = Record<string, unknown>;
const at = (offset: number, file = 'postgres.log') => ({
  'log.file.name': file,
  'log.file.record_offset': offset,
});

function row(body: string, place: Json = at(0), service = 'postgres'): Json {
  const { flat, events, rejected } = mapped('logs', logRequest(body, { service, place }));
  assert.deepEqual(rejected, []);
  assert.deepEqual(problems(events[0] as Json), []);
  return flat[0] as Json;
}

// A second before the collector read them.
const SAID = TIME - 500;
const iso = new Date(SAID).toISOString();
const POSTGRES = `${iso.slice(0, 10)} ${iso.slice(11, 23)} UTC [4711]`;
const REDIS = `4711:M 24 Nov 2026 ${iso.slice(11, 23)}`;

for (const [written, level, severity, classUid] of [
  ['LOG', 'info', 1, 0],
  ['DETAIL', 'info', 1, 0],
  ['DEBUG1', 'debug', 1, 0],
  ['NOTICE', 'notice', 2, 0],
  ['WARNING', 'warning', 3, 0],
  ['ERROR', 'error', 4, 6008],
  ['FATAL', 'fatal', 6, 6008],
  ['PANIC', 'panic', 6, 6008],
] as const) {
  test(`postgres ${written} has level ${level} and its own time`, () => {
    const said = row(`${POSTGRES} storefront@storefront ${written}:  some text`);
    assert.deepEqual(
      [said.event_kind, said.time, said.level, said.severity_id, said.class_uid, said.message],
      ['log', SAID, level, severity, classUid, 'some text'],
    );
    const { user, database, pid } = JSON.parse(said.attributes as string);
    assert.deepEqual([user, database, pid], ['storefront', 'storefront', 4711]);
  });
}

test('a line of the server itself names no user', () => {
  const said = row(`${POSTGRES} LOG:  checkpoint starting: time`);
  assert.deepEqual([said.message, said.time], ['checkpoint starting: time', SAID]);
  assert.equal(JSON.parse(said.attributes as string).user, undefined);
});

for (const [sign, level, severity] of [
  ['.', 'debug', 1],
  ['-', 'verbose', 1],
  ['*', 'notice', 2],
  ['#', 'warning', 3],
] as const) {
  test(`redis ${sign} has level ${level} and its own time`, () => {
    const said = row(`${REDIS} ${sign} Ready to accept connections tcp`, at(0, 'cache.log'), 'cache');
    assert.deepEqual(
      [said.event_kind, said.time, said.level, said.severity_id, said.message, said.service],
      ['log', SAID, level, severity, 'Ready to accept connections tcp', 'cache'],
    );
  });
}

test('a record of another sender, with a time and a severity of its own, is a log', () => {
  const more = {
    timeUnixNano: `${SAID}000000`,
    severityNumber: 17,
    traceId: TRACE,
    spanId: SPAN,
    place: { 'code.function': 'pay' },
  };
  const uids = ['Zahlung abgelehnt', '{"code":7}', ''].map((body) => {
    const { flat, events } = mapped('logs', logRequest(body, { service: 'billing', ...more }));
    const [said] = flat;
    assert.deepEqual(problems(events[0] as Json), []);
    assert.deepEqual(
      [said?.event_kind, said?.class_uid, said?.time, said?.level, said?.severity_id, said?.message],
      ['log', 6008, SAID, 'error', 4, body],
    );
    assert.deepEqual([said?.trace_id, said?.span_id, said?.service], [TRACE, SPAN, 'billing']);
    assert.deepEqual(JSON.parse(said?.attributes as string), { 'code.function': 'pay' });
    return said?.event_uid;
  });
  const elsewhere = { ...more, spanId: '0000000000000001' };
  uids.push(mapped('logs', logRequest('', { service: 'billing', ...elsewhere })).flat[0]?.event_uid);
  assert.equal(new Set(uids).size, 4);
});

for (const [level, severity, classUid] of [
  [20, 1, 0],
  [30, 1, 0],
  [40, 3, 0],
  [50, 4, 6008],
  [60, 6, 6008],
  [35, 0, 0],
] as const) {
  test(`a line of pino with level ${level} has severity ${severity}`, () => {
    const line = { level, time: SAID, pid: 4711, hostname: 'shop-1', msg: 'order placed' };
    const said = row(JSON.stringify(line), at(0, 'shop.log'), 'shop');
    assert.deepEqual(
      [said.event_kind, said.time, said.level, said.severity_id, said.class_uid, said.message],
      ['log', SAID, String(level), severity, classUid, 'order placed'],
    );
    assert.deepEqual(JSON.parse(said.attributes as string), { hostname: 'shop-1', pid: 4711 });
  });
}

test('attributes of the resource are kept with spans and lines; where a record says the same of itself, its own count', () => {
  const more = [
    { key: 'host.name', value: { stringValue: 'shelf-3' } },
    { key: 'team', value: { stringValue: 'of the resource' } },
  ];
  const line = logRequest('late', {
    timeUnixNano: `${SAID}000000`,
    severityNumber: 9,
    place: { team: 'own' },
  });
  const span = spanRequest({ service: 'shop', name: 'pay' }, { team: 'own', code: 7 });
  const blocks = [...(line.resourceLogs as Json[]), ...(span.resourceSpans as Json[])];
  for (const { resource } of blocks) (resource as { attributes: Json[] }).attributes.push(...more);
  const [logged] = mapped('logs', line).flat;
  assert.equal(logged?.attributes, '{"host.name":"shelf-3","team":"own"}');
  const [spanned] = mapped('traces', span).flat;
  assert.equal(spanned?.attributes, '{"code":7,"host.name":"shelf-3","team":"own"}');
});

for (const [name, more] of [
  ['a time alone', { timeUnixNano: `${SAID}000000` }],
  ['a severity alone', { severityText: 'WARN' }],
] as const) {
  test(`${name} makes no log of what nobody can read`, () => {
    assert.equal(mapped('logs', logRequest('odd', more)).flat[0]?.event_kind, 'log.unparsed');
  });
}

test('file and offset are the identity: read again later it is the same, elsewhere it is another', () => {
  const body = `${POSTGRES} LOG:  checkpoint starting: time`;
  const uid = (place: Json, observed = TIME) =>
    mapped(
      'logs',
      logRequest(body, { service: 'postgres', place, observedTimeUnixNano: `${observed}000000` }),
    ).flat[0]?.event_uid;
  assert.equal(uid(at(0)), uid(at(0), TIME + 100));
  assert.notEqual(uid(at(0)), uid(at(90)));
  assert.notEqual(uid(at(0)), uid(at(0, 'postgres-2.log')));
});

test('equal lines without a place are told apart by how often they came; each time in the same way', () => {
  const request = logRequest('out of memory');
  const [resource] = request.resourceLogs as { scopeLogs: { logRecords: unknown[] }[] }[];
  const records = resource?.scopeLogs[0]?.logRecords as unknown[];
  records.push(records[0], records[0]);
  const uids = mapped('logs', request).flat.map(({ event_uid }) => event_uid);
  assert.equal(new Set(uids).size, 3);
  assert.deepEqual(
    mapped('logs', request).flat.map(({ event_uid }) => event_uid),
    uids,
  );
});

for (const [name, body] of [
  ['a line that goes on', '\tSELECT id FROM orders'],
  ['a time that is none', '2026-13-45 99:00:00.000 UTC [1] LOG:  x'],
  ['another time zone', `${POSTGRES.replace('UTC', 'CET')} LOG:  x`],
  ['a month that is none', REDIS.replace('Nov', 'Abc').concat(' * x')],
  ['half a line', POSTGRES],
] as const) {
  test(`${name} is kept whole as log.unparsed, at the time when it was read`, () => {
    const said = row(body, at(90));
    assert.deepEqual(
      [said.event_kind, said.class_uid, said.activity_id, said.message, said.time],
      ['log.unparsed', 6008, 2, body, TIME],
    );
  });
}

test('a line that a log driver forwards belongs to the service that its tag names', () => {
  const body = `${POSTGRES} LOG:  checkpoint starting: time`;
  const request = (tag: string) => {
    const sent = logRequest(body, { place: { 'fluent.tag': tag, source: 'stderr' } });
    for (const { resource } of sent.resourceLogs as { resource: Json }[]) resource.attributes = [];
    return sent;
  };
  const [postgres, cache] = ['postgres', 'cache'].map((tag) => {
    const { flat, events } = mapped('logs', request(tag));
    assert.deepEqual(problems(events[0] as Json), []);
    return flat[0] as Json;
  });
  assert.deepEqual([postgres?.service, postgres?.event_kind, postgres?.time], ['postgres', 'log', SAID]);
  assert.equal(cache?.service, 'cache');
  assert.notEqual(cache?.event_uid, postgres?.event_uid); // the same text at the same time, from two containers
  assert.equal(JSON.parse(postgres?.attributes as string).source, 'stderr');
});
