import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '../ocsf/validate.ts';
import type { Signal } from '../read/raw-object.ts';
import { attributes, ourLine as line, logRequest, mapped, NANOS, resource, TIME } from './otlp.test-world.ts';

type Event = Record<string, unknown>;

/** The OCSF events of one OTLP request, each valid. */
function eventsOf(signal: Signal, request: Event): Event[] {
  const { events, rejected } = mapped(signal, request);
  assert.deepEqual(rejected, []);
  for (const event of events) assert.deepEqual(problems(event), [], JSON.stringify(event));
  return events;
}

function logged(service: string, body: string, place: Event = {}): Event {
  const [event, ...others] = eventsOf('logs', logRequest(body, { service, place }));
  assert.ok(event && others.length === 0);
  return event;
}

const change = (kind: string, more: object = {}) =>
  line({
    event: 'change',
    change: {
      uid: 'c-1',
      kind,
      service: 'web-api',
      from: 'a',
      to: 'b',
      actor: 'dana',
      status: 'applied',
      ...more,
    },
  });
const processLine = (action: string, more: object = {}) =>
  line({ event: 'process', process: { action, service: 'web-api', replica: 1, pid: 42, ...more } });

const LINES: [name: string, body: string, kind: string, classUid: number, activity: number][] = [
  [
    'an access line',
    line({
      event: 'http.access',
      method: 'GET',
      route: '/api/users/:id',
      path: '/api/users/7',
      status: 200,
      duration_ms: 3.25,
      request_id: 'r-1',
    }),
    'http.access',
    4002,
    3,
  ],
  ['a line', line({}), 'log', 0, 99],
  [
    'an error',
    line({ level: 'error', err: { type: 'Error', message: 'broken', stack: 'Error: broken' } }),
    'log',
    6008,
    1,
  ],
  ['a process that starts', processLine('start'), 'process.start', 6002, 3],
  ['a process that stops', processLine('stop', { exit_code: 0 }), 'process.stop', 6002, 4],
  ['a process that is started again', processLine('restart'), 'process.restart', 6002, 5],
  [
    'a process that crashes',
    processLine('exit', { exit_code: 134, signal: 'SIGABRT' }),
    'process.exit',
    1007,
    2,
  ],
  ['a process out of memory', processLine('oom', { exit_code: 137 }), 'process.oom', 1007, 2],
  ['a first deployment', change('deployment', { from: '', to: '1.8.0' }), 'change.deployment', 6002, 1],
  ['a deployment', change('deployment'), 'change.deployment', 6002, 8],
  ['a rollback', change('rollback'), 'change.rollback', 6002, 8],
  ['a restart', change('restart'), 'change.restart', 6002, 5],
  ['a flag on', change('feature_flag', { from: 'f=false', to: 'f=true' }), 'change.feature_flag', 6002, 6],
  ['a flag off', change('feature_flag', { from: 'f=true', to: 'f=false' }), 'change.feature_flag', 6002, 7],
  ['scaling', change('scaling', { from: '1', to: '3' }), 'change.scaling', 6003, 3],
  ['configuration', change('config'), 'change.config', 6003, 3],
  ['a migration', change('migration'), 'change.migration', 6003, 3],
  ['a rotated credential', change('credential_rotation'), 'change.credential_rotation', 6003, 3],
  ['a cache flush', change('cache_flush', { service: 'cache' }), 'change.cache_flush', 6005, 7],
];

for (const [status, severity, outcome] of [
  ['applied', 2, 1],
  ['failed', 4, 2],
] as const) {
  test(`a cache flush that is ${status} has severity ${severity}`, () => {
    const event = logged('web-api', change('cache_flush', { service: 'cache', status }));
    assert.deepEqual([event.severity_id, event.status_id], [severity, outcome]);
  });
}

for (const [name, body, kind, classUid, activity] of LINES) {
  test(`${name} is ${kind}, class ${classUid}, activity ${activity}`, () => {
    const event = logged('web-api', body);
    const metadata = event.metadata as Event;
    assert.deepEqual([metadata.event_code, event.class_uid, event.activity_id], [kind, classUid, activity]);
    assert.equal(event.time, TIME);
  });
}

test('postgres says its level and time in its own format; a line that goes on is kept as it is', () => {
  const at = new Date(TIME).toISOString().replace('T', ' ').replace('Z', ' UTC');
  const file = (offset: number) => ({ 'log.file.name': 'postgres.log', 'log.file.record_offset': offset });
  const error = logged(
    'postgres',
    `${at} [123] storefront@storefront ERROR:  relation "x" does not exist`,
    file(0),
  );
  assert.deepEqual([error.class_uid, error.severity_id, error.time], [6008, 4, TIME]);
  const goesOn = logged('postgres', '\tORDER BY 1', file(90));
  assert.deepEqual([goesOn.class_uid, goesOn.activity_id], [6008, 2]);
  assert.notEqual((error.metadata as Event).uid, (goesOn.metadata as Event).uid);
});

const span = (more: object, attrs: object = {}) => ({
  traceId: '635e834e876e37fd5d81ab73c2d95030',
  spanId: 'defde0931aaccaab',
  parentSpanId: '79efee6e91c6c891',
  startTimeUnixNano: NANOS,
  endTimeUnixNano: String(BigInt(NANOS) + 1_234_567n),
  ...more,
  attributes: attributes(attrs as Event),
});
const http = {
  'http.request.method': 'GET',
  'url.path': '/x',
  'http.response.status_code': 503,
  'http.request.header.x-request-id': ['r-1'],
};
const SPANS: [name: string, span: object, kind: string, classUid: number, activity: number][] = [
  ['a served request', span({ name: 'GET /x', kind: 2 }, http), 'http.server', 4002, 3],
  [
    'a request of its own',
    span({ name: 'GET', kind: 3 }, { ...http, 'url.full': 'http://auth/x' }),
    'http.client',
    4002,
    3,
  ],
  [
    'a query',
    span(
      { name: 'pg.query:SELECT', kind: 3 },
      { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT 1', 'db.operation.name': 'SELECT' },
    ),
    'db.query',
    6005,
    4,
  ],
  [
    'an insert',
    span(
      { name: 'pg.query:INSERT', kind: 3 },
      { 'db.system.name': 'postgresql', 'db.query.text': 'INSERT INTO orders VALUES ($1)' },
    ),
    'db.query',
    6005,
    5,
  ],
  [
    'a Redis read',
    span({ name: 'get', kind: 3 }, { 'db.system.name': 'redis', 'db.query.text': 'get ?' }),
    'redis.op',
    6005,
    1,
  ],
  [
    'a login',
    span({ name: 'auth.login', kind: 1 }, { 'enduser.id': '7', 'auth.outcome': 'success' }),
    'auth.login',
    3002,
    1,
  ],
  [
    'a refused login',
    span(
      { name: 'auth.login', kind: 1 },
      { 'enduser.id': '7', 'auth.outcome': 'failure', 'auth.reason': 'invalid_password' },
    ),
    'auth.login',
    3002,
    1,
  ],
  [
    'a token check',
    span({ name: 'auth.validate', kind: 1 }, { 'auth.outcome': 'success' }),
    'auth.validate',
    3002,
    99,
  ],
  ['anything else', span({ name: 'handler - getUser', kind: 1 }), 'internal', 6003, 99],
];

for (const [name, of, kind, classUid, activity] of SPANS) {
  test(`${name} is ${kind}, class ${classUid}, activity ${activity}`, () => {
    const [event] = eventsOf('traces', {
      resourceSpans: [{ resource: resource('web-api'), scopeSpans: [{ spans: [of] }] }],
    });
    const metadata = event?.metadata as Event;
    assert.deepEqual([metadata.event_code, event?.class_uid, event?.activity_id], [kind, classUid, activity]);
    assert.equal(metadata.correlation_uid, '635e834e876e37fd5d81ab73c2d95030');
  });
}

test('a histogram becomes buckets, sum and count; a gauge one sample', () => {
  const point = { timeUnixNano: NANOS, attributes: attributes({ route: '/x' }) };
  const events = eventsOf('metrics', {
    resourceMetrics: [
      {
        resource: resource('web-api'),
        scopeMetrics: [
          {
            metrics: [
              { name: 'memory', unit: 'By', gauge: { dataPoints: [{ ...point, asDouble: 1.5 }] } },
              {
                name: 'latency',
                histogram: {
                  aggregationTemporality: 2,
                  dataPoints: [
                    { ...point, count: '3', sum: 4.5, bucketCounts: ['1', '2', '0'], explicitBounds: [1, 5] },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  });
  const samples = events.map(({ unmapped }) => (unmapped as { metric: Event }).metric);
  assert.deepEqual(samples.map(({ name, value: sample }) => [name, sample]).sort(), [
    ['latency_bucket', 1],
    ['latency_bucket', 3],
    ['latency_bucket', 3],
    ['latency_count', 3],
    ['latency_sum', 4.5],
    ['memory', 1.5],
  ]);
  assert.equal(new Set(events.map(({ metadata }) => (metadata as Event).uid)).size, events.length);
});
