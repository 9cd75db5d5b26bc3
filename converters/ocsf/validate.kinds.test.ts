import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  logRequest,
  mapped,
  metricRequest,
  NANOS,
  ourLine,
  spanRequest,
  TRACE,
} from '../map/otlp.test-world.ts';
import { problems } from './validate.ts';

type Json = Record<string, unknown>;

/** A valid event of every class that we emit. */
const EVENTS: Readonly<Record<number, Json>> = Object.fromEntries(
  [
    mapped('logs', logRequest(ourLine({ level: 'error', err: { type: 'E', message: 'no' } }))),
    mapped(
      'logs',
      logRequest(ourLine({ event: 'process', process: { action: 'oom', service: 'web-api', pid: 7 } })),
    ),
    mapped(
      'logs',
      logRequest(ourLine({ event: 'process', process: { action: 'start', service: 'web-api' } })),
    ),
    mapped(
      'metrics',
      metricRequest({ name: 'memory', gauge: { dataPoints: [{ timeUnixNano: NANOS, asDouble: 1 }] } }),
    ),
    mapped('traces', spanRequest({ name: 'auth.login', kind: 1 }, { 'enduser.id': '7' })),
    mapped(
      'traces',
      spanRequest({ name: 'GET', kind: 2 }, { 'http.request.method': 'GET', 'url.path': '/x' }),
    ),
    mapped('traces', spanRequest({ name: 'process payments', kind: 5 }, { 'bullmq.queue.name': 'payments' })),
    mapped(
      'traces',
      spanRequest({ name: 'get', kind: 3 }, { 'db.system.name': 'redis', 'db.query.text': 'get ?' }),
    ),
  ].map(({ events: [event] }) => [event?.class_uid as number, event as Json]),
);

test('there is a valid event of each of the eight classes', () => {
  assert.deepEqual(Object.keys(EVENTS).map(Number), [0, 1007, 3002, 4002, 6002, 6003, 6005, 6008]);
  for (const event of Object.values(EVENTS)) assert.deepEqual(problems(event), []);
});

const without = (event: Json, name: string): Json => {
  const { [name]: _, ...rest } = event;
  return rest;
};
const withMetadata = (event: Json, more: Json): Json => ({
  ...event,
  metadata: { ...(event.metadata as Json), ...more },
});
const trace = { uid: TRACE, span: { uid: 'defde0931aaccaab', start_time: 1, end_time: 2 } };

/** What is wrong in an event of any class; undefined where it would be right there. */
const WRONG: readonly [name: string, change: (event: Json) => Json | undefined][] = [
  ['type_uid of another activity', (event) => ({ ...event, type_uid: (event.type_uid as number) + 1 })],
  ['type_uid of another class', (event) => ({ ...event, type_uid: (event.type_uid as number) + 100 })],
  ['a severity of another id', (event) => ({ ...event, severity_id: 1, severity: 'High' })],
  ['a status of another id', (event) => ({ ...event, status_id: 1, status: 'Failure' })],
  ['a severity that does not exist', (event) => ({ ...without(event, 'severity'), severity_id: 7 })],
  ['time in seconds', (event) => ({ ...event, time: Math.floor((event.time as number) / 1000) })],
  ['time in nanoseconds', (event) => ({ ...event, time: (event.time as number) * 1e6 })],
  ['time with a fraction', (event) => ({ ...event, time: (event.time as number) + 0.5 })],
  ['time as text', (event) => ({ ...event, time: '2026-11-24T08:00:00Z' })],
  ['a profile that nobody knows', (event) => withMetadata(event, { profiles: ['host', 'weather'] })],
  ['a profile that we do not use', (event) => withMetadata(event, { profiles: ['host', 'cloud'] })],
  ['another version', (event) => withMetadata(event, { version: '1.7.0' })],
  ['no product', (event) => ({ ...event, metadata: without(event.metadata as Json, 'product') })],
  ['an attribute that nobody knows', (event) => ({ ...event, weather: 'fine' })],
  ['an attribute in metadata that nobody knows', (event) => withMetadata(event, { weather: 'fine' })],
  ['null', (event) => ({ ...event, message: null })],
  ['null in an object', (event) => withMetadata(event, { uid: null })],
  ['a number as text', (event) => ({ ...event, activity_id: String(event.activity_id) })],
  ['text as a number', (event) => ({ ...event, message: 5 })],
  ['a status code as a number', (event) => ({ ...event, status_code: 503 })],
  ['a device without a type', (event) => ({ ...event, device: without(event.device as Json, 'type_id') })],
  [
    'a trace where the profile does not reach',
    (event) => (event.class_uid === 4002 || event.class_uid === 6003 ? undefined : { ...event, trace }),
  ],
  [
    'the profile trace where it does not reach',
    (event) =>
      event.class_uid === 4002 || event.class_uid === 6003
        ? undefined
        : withMetadata(event, { profiles: ['host', 'trace'] }),
  ],
];

for (const [name, change] of WRONG) {
  test(`${name} is found in every class`, () => {
    for (const [classUid, event] of Object.entries(EVENTS)) {
      const wrong = change(event);
      if (wrong) assert.notDeepEqual(problems(wrong), [], classUid);
    }
  });
}

/** Beyond these, which every class requires. */
const REQUIRED = ['activity_id', 'category_uid', 'metadata', 'severity_id', 'time', 'type_uid'];
const OWN: Readonly<Record<number, readonly string[]>> = {
  0: [],
  1007: ['actor', 'device', 'process'],
  3002: ['user'],
  4002: [],
  6002: ['app'],
  6003: ['actor', 'api', 'src_endpoint'],
  6005: ['actor', 'src_endpoint', 'database'],
  6008: [],
};

for (const [classUid, own] of Object.entries(OWN)) {
  test(`class ${classUid} without one of ${[...REQUIRED, ...own].join(', ')} is found`, () => {
    for (const name of [...REQUIRED, ...own]) {
      const event = EVENTS[Number(classUid)] as Json;
      assert.ok(event[name] !== undefined, `${name} is not in the valid event`);
      assert.notDeepEqual(problems(without(event, name)), [], name);
    }
  });
}

test('an event without a class, or of none that we emit, is found', () => {
  const event = EVENTS[0] as Json;
  assert.notDeepEqual(problems(without(event, 'class_uid')), []);
  assert.notDeepEqual(problems({ ...event, class_uid: '0' }), []);
  assert.notDeepEqual(problems({ ...event, class_uid: 2004, type_uid: 200499 }), []);
});

test('what JSON Schema of HTTP requests and addresses forbids is found', () => {
  const event = EVENTS[4002] as Json;
  for (const more of [
    { http_request: { http_method: 'get' } },
    { http_request: 'GET' },
    { http_response: { code: '200' } },
    { src_endpoint: { ip: 'web-api' } },
    { dst_endpoint: { svc_name: 'web-api', port: 70_000 } },
    { trace: { ...trace, uid: undefined } },
    { trace: { uid: TRACE, span: { uid: 'defde0931aaccaab', start_time: 1 } } },
  ]) {
    const wrong = JSON.parse(JSON.stringify({ ...event, ...more })) as Json;
    assert.notDeepEqual(problems(wrong), [], JSON.stringify(more));
  }
});
