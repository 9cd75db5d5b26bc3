import { gzipSync } from 'node:zlib';
import { attributes, resource } from '../map/otlp.test-world.ts';
import { ATTR } from '../read/names.ts';
import type { RunRecord } from '../run/record.ts';

export const TIME = Date.UTC(2026, 10, 24, 6);
const NANOS = (ms: number, ns = 0): string => `${TIME + ms}${String(ns).padStart(6, '0')}`;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

type Value = string | number | readonly string[];
let spans = 0;
const span = (name: string, kind: number, of: Readonly<Record<string, Value>>, more: object = {}) => ({
  traceId: TRACE,
  spanId: (++spans).toString(16).padStart(16, '0'),
  parentSpanId: spans === 1 ? '' : '0000000000000001',
  name,
  kind,
  startTimeUnixNano: NANOS(spans, 7),
  endTimeUnixNano: NANOS(spans + 12, 345_901),
  attributes: attributes(of),
  ...more,
});
const http = { 'http.request.method': 'POST', 'http.response.status_code': 201, 'url.path': '/api/checkout' };
const postgres = {
  'db.system.name': 'postgresql',
  'db.namespace': 'storefront',
  'server.address': 'localhost',
};
const kafka = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' };
const grpc = { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' };
const exception = {
  name: 'exception',
  timeUnixNano: NANOS(9),
  attributes: attributes({
    'exception.type': 'Error',
    'exception.message': 'Größe "7"',
    'exception.stacktrace': 'at x',
  }),
};
const SPANS = [
  span('POST /api/checkout', 2, {
    ...http,
    'http.route': '/api/checkout',
    'client.address': '::ffff:10.0.0.7',
    'http.request.header.x-request-id': ['r-1'],
  }),
  span('POST', 3, {
    ...http,
    'url.full': 'http://localhost:8081/auth/validate',
    'server.address': 'localhost',
    'server.port': 8081,
  }),
  span(
    'pg.query:INSERT storefront',
    3,
    { ...postgres, 'db.query.text': 'INSERT INTO orders (a) VALUES ($1)' },
    { status: { code: 2, message: 'no' }, events: [exception] },
  ),
  span('pg-pool.connect', 3, postgres),
  span('get', 3, { 'db.system.name': 'redis', 'db.operation.name': 'get', 'db.query.text': 'get user:?' }),
  span('auth.login', 1, { 'enduser.id': '5', 'auth.outcome': 'failure', 'auth.reason': 'wrong_password' }),
  span('auth.validate', 1, { 'auth.outcome': 'failure', 'auth.reason': 'unknown_session' }),
  span('add payments.charge', 4, { 'bullmq.queue.name': 'payments', 'bullmq.job.id': 'j-1' }),
  span(
    'process payments',
    5,
    { 'bullmq.queue.name': 'payments', 'bullmq.job.id': 'j-1', 'bullmq.job.attempt': 2 },
    { links: [{ traceId: TRACE, spanId: '00000000000000ff' }] },
  ),
  span('send orders', 4, kafka),
  span('process orders', 5, kafka),
  span('poll orders', 3, { ...kafka, 'messaging.operation.type': 'receive' }),
  span('ack orders', 3, { ...kafka, 'messaging.operation.type': 'settle' }),
  span('shop.Cart/Add', 2, { ...grpc, 'rpc.grpc.status_code': 0 }),
  span('shop.Cart/Add', 3, { ...grpc, 'rpc.grpc.status_code': 14 }),
  span('cleanup', 5, { 'faas.trigger': 'timer', 'faas.invocation_id': 'i-1', 'faas.coldstart': 'true' }),
  span('Invoke', 3, { 'faas.invoked_name': 'cleanup', 'faas.invocation_id': 'i-1' }),
  span('mutation Basket', 1, { 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'Basket' }),
  span('handler - checkout', 1, { 'http.route': '/api/checkout', 'odd one': 'ü', 'fastify.type': 'x' }),
];

/** What decides of which kind a span is. */
const DECIDING =
  /^(http\.request\.method|(db|messaging|rpc)\.system\.name|messaging\.operation\.|faas\.|graphql\.)/;
/** Every attribute that has a place in OCSF, and one that has none. */
const EVERY_ATTRIBUTE: Readonly<Record<string, Value>> = Object.fromEntries(
  Object.keys(ATTR)
    .filter((name) => !DECIDING.test(name) && !name.startsWith('exception.'))
    .map((name): [string, Value] => [
      name,
      /port|size|attempt/.test(name) ? 8080 : name === 'http.response.status_code' ? 503 : `${name} x`,
    ])
    .concat([
      ['client.address', '10.0.0.7'],
      ['odd one', 'ü'],
    ]),
);
/** Each span once more, with whatever may be said of a span: of it its kind takes what it has a column for. */
const FULL_SPANS = SPANS.map((plain) => {
  const own = plain.attributes.map(({ key }) => key);
  const others = Object.entries(EVERY_ATTRIBUTE).filter(([name]) => !own.includes(name));
  return {
    ...span(plain.name, plain.kind, {}, { status: { code: 2, message: 'no' }, events: [exception] }),
    attributes: [...plain.attributes, ...attributes(Object.fromEntries(others))],
  };
});

let lines = 0;
const line = (more: object) =>
  JSON.stringify({
    time: TIME + 20 + ++lines,
    level: 'info',
    service: 'web-api',
    version: '1.8.0',
    instance: 'web-api-1a2b3c4d',
    line: lines,
    msg: 'said',
    ...more,
  });
const change = (kind: string, from: string, to: string) =>
  line({
    service: 'operator',
    event: 'change',
    change: {
      uid: `c-${kind}`,
      kind,
      service: 'web-api',
      from,
      to,
      actor: 'dana',
      status: 'applied',
      detail: { by: ['hand'] },
    },
  });
const processed = (action: string, more: object = {}) =>
  line({
    service: 'orchestrator',
    event: 'process',
    process: { action, service: 'web-api', replica: 1, pid: 42, ...more },
  });
const OUR_LINES = [
  line({
    event: 'http.access',
    method: 'GET',
    route: '/api/users/:id',
    path: '/api/users/5',
    status: 503,
    duration_ms: 12.345678,
    request_id: 'r-1',
    trace_id: TRACE,
    span_id: '0000000000000001',
    peer: '127.0.0.1',
    user_id: '5',
  }),
  line({ nested: { b: 1, a: [null, 'ü'] } }),
  line({
    level: 'error',
    err: { type: 'DatabaseError', message: 'too many clients', stack: 'at y', code: '53300' },
    job_id: 'j-1',
  }),
  ...['start', 'stop', 'restart'].map((action) => processed(action)),
  processed('exit', { exit_code: 1 }),
  processed('oom', { exit_code: 137, signal: 'SIGKILL' }),
  change('deployment', '1.8.0', '1.8.1'),
  change('rollback', '1.8.1', '1.8.0'),
  change('restart', '', ''),
  change('scaling', '1', '3'),
  change('feature_flag', 'pricing_v2=false', 'pricing_v2=true'),
  change('config', 'a', 'b'),
  change('migration', '6', '7'),
  change('cache_flush', '4 keys', '0 keys'),
  change('credential_rotation', '', ''),
];
/** What any line of ours may hold. */
const EVERY_FIELD = {
  trace_id: TRACE,
  span_id: '0000000000000001',
  request_id: 'r-1',
  user_id: '5',
  job_id: 'j-1',
  err: { type: 'DatabaseError', message: 'too many clients', stack: 'at y', code: '53300' },
  odd: 'ü',
};
const FULL_LINES = OUR_LINES.map((plain) => {
  const { time, line: number, process, change, ...more } = JSON.parse(plain);
  const full = process && { ...process, pid: 42, exit_code: 0, signal: 'SIGTERM' };
  return line({
    ...EVERY_FIELD,
    ...more,
    ...(process && { process: full }),
    ...(change && { change: { ...change, from: change.from || 'a', to: change.to || 'b' } }),
  });
});
const FOREIGN_LINES = [
  '2026-11-24 06:00:00.123 UTC [4711] storefront@storefront ERROR:  duplicate key value',
  '4712:M 24 Nov 2026 06:00:00.456 * Ready to accept connections tcp',
  '\tat nothing that is known',
];

const histogram = {
  name: 'http_request_duration_seconds',
  unit: 's',
  histogram: {
    aggregationTemporality: 2,
    dataPoints: [
      {
        timeUnixNano: NANOS(40),
        count: '3',
        sum: 1.25,
        bucketCounts: ['1', '2', '0'],
        explicitBounds: [0.1, 1],
        attributes: attributes({ route: '/', method: 'GET' }),
      },
    ],
  },
};
const METRICS = [
  {
    name: 'process_resident_memory_bytes',
    unit: 'By',
    gauge: { dataPoints: [{ timeUnixNano: NANOS(40), asDouble: 1.5 }] },
  },
  {
    name: 'orders_total',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [{ timeUnixNano: NANOS(40), asInt: '7' }],
    },
  },
  {
    name: 'deltas_total',
    sum: {
      aggregationTemporality: 1,
      isMonotonic: true,
      dataPoints: [{ timeUnixNano: NANOS(40), asInt: '-3' }],
    },
  },
  {
    name: 'lag',
    summary: {
      dataPoints: [
        { timeUnixNano: NANOS(40), count: '2', sum: 4, quantileValues: [{ quantile: 0.5, value: 2 }] },
      ],
    },
  },
  histogram,
  {
    name: 'payload',
    unit: 'By',
    exponentialHistogram: {
      aggregationTemporality: 2,
      dataPoints: [
        {
          ...{ timeUnixNano: NANOS(40), count: '6', sum: 9.5, scale: 3, zeroCount: '1', min: 0, max: 4 },
          ...{
            positive: { offset: -2, bucketCounts: ['2', '0', '3'] },
            negative: { offset: 0, bucketCounts: [] },
          },
          attributes: attributes({ route: '/' }),
        },
      ],
    },
  },
];

/** One raw object a signal, as OTLP JSON, with at least one event of every kind. */
export const EVERY_KIND: readonly { readonly key: string; readonly bytes: Uint8Array }[] = Object.entries({
  traces: {
    resourceSpans: [
      {
        resource: resource('web-api'),
        scopeSpans: [{ scope: { name: 's' }, spans: [...SPANS, ...FULL_SPANS] }],
      },
    ],
  },
  logs: {
    resourceLogs: [
      {
        resource: resource('postgres'),
        scopeLogs: [
          {
            logRecords: [...OUR_LINES, ...FULL_LINES, ...FOREIGN_LINES].map((body, i) => ({
              traceId: TRACE,
              spanId: '0000000000000001',
              severityText: 'info',
              observedTimeUnixNano: NANOS(60),
              body: { stringValue: body },
              attributes: attributes({
                'log.file.name': 'web-api-1.log',
                'log.file.record_offset': i,
                'odd one': 'ü',
              }),
            })),
          },
        ],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      { resource: resource('web-api'), scopeMetrics: [{ scope: { name: 'm' }, metrics: METRICS }] },
    ],
  },
}).map(([signal, request]) => ({
  key: `raw/2026/11/24/06/00/${signal}_0190.json.gz`,
  bytes: gzipSync(JSON.stringify(request)),
}));

export const EVERY_KIND_RUN: RunRecord = {
  schema_version: 1,
  run_id: 'every-kind',
  state: 'complete',
  target: 'embedded',
  seed: 1,
  window: { start_ms: TIME - 1000, end_ms: TIME + 60_000 },
  raw: { prefix: 'raw', drained_ms: TIME + 120_000 },
  time_scale: 1,
  plan_hash: null,
  traffic: null,
  counters: {},
  versions: {},
};
