import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '../ocsf/validate.ts';
import {
  logRequest,
  mapped,
  metricRequest,
  NANOS,
  ourLine,
  SPAN,
  spanRequest,
  TRACE,
} from './otlp.test-world.ts';
import { holds, rowOf } from './row.test-world.ts';

type Json = Record<string, unknown>;

const line = (more: Json, service = 'web-api') =>
  rowOf(mapped('logs', logRequest(ourLine(more), { service })));
const change = (of: Json) =>
  line({
    service: 'operator',
    event: 'change',
    change: { uid: 'c-1', service: 'web-api', actor: 'dana', status: 'applied', ...of },
  });
const processed = (of: Json) =>
  line({
    service: 'orchestrator',
    event: 'process',
    process: { service: 'web-api', replica: 2, pid: 42, ...of },
  });

test('an access line: request, route, status and how long it took', () => {
  const ids = { trace_id: TRACE, span_id: SPAN, request_id: 'r-1', user_id: '7' };
  const { row, event } = line({
    ...{ event: 'http.access', method: 'GET', route: '/api/users/:id', path: '/api/users/7', status: 404 },
    ...{ duration_ms: 3.25, peer: '::ffff:127.0.0.1', level: 'warn', ...ids },
  });
  holds(row, {
    ...{ event_kind: 'http.access', class_uid: 4002, type_uid: 400203, service: 'web-api', ...ids },
    ...{ http_method: 'GET', http_status: 404, http_route: '/api/users/:id', src_ip: '127.0.0.1' },
    ...{ status_code: '404', status_id: 2, severity_id: 2, duration: 3.25, level: 'warn' },
  });
  assert.equal((event.trace as Json).uid, TRACE);
});

test('an error line: 6008, with type and message', () => {
  const { row } = line({ level: 'error', err: { type: 'TypeError', message: 'no', stack: 'at x' } });
  holds(row, {
    class_uid: 6008,
    activity_id: 1,
    severity_id: 4,
    error_type: 'TypeError',
    error_message: 'no',
  });
});

test('what is no line of any known form is kept whole as log.unparsed', () => {
  const { row, event } = rowOf(mapped('logs', logRequest('Segmentation fault')));
  holds(row, { event_kind: 'log.unparsed', class_uid: 6008, activity_id: 2, message: 'Segmentation fault' });
  assert.equal(event.raw_data, 'Segmentation fault');
});

for (const [action, classUid, activityId, severityId] of [
  ['start', 6002, 3, 1],
  ['stop', 6002, 4, 1],
  ['restart', 6002, 5, 3],
  ['exit', 1007, 2, 4],
  ['oom', 1007, 2, 5],
] as const) {
  test(`process.${action} is about the service, and reported by the orchestrator`, () => {
    const { row } = processed({ action, exit_code: 137, signal: 'SIGKILL' });
    holds(row, {
      ...{ event_kind: `process.${action}`, class_uid: classUid, activity_id: activityId },
      ...{ service: 'web-api', reporter: 'orchestrator', severity_id: severityId, pid: 42, replica: '2' },
      ...{ exit_code: 137, signal: 'SIGKILL', status_id: classUid === 1007 ? 2 : 1 },
    });
  });
}

test('a process that ends with 0 is no failure', () => {
  holds(processed({ action: 'exit', exit_code: 0 }).row, { severity_id: 1, status_id: 1, status_code: '0' });
});

for (const [kind, from, to, typeUid] of [
  ['deployment', '', '1.8.0', 600201],
  ['deployment', '1.8.0', '1.8.1', 600208],
  ['rollback', '1.8.1', '1.8.0', 600208],
  ['restart', '', '', 600205],
  ['feature_flag', 'fast=false', 'fast=true', 600206],
  ['feature_flag', 'fast=true', 'fast=false', 600207],
  ['scaling', '1', '3', 600303],
  ['config', 'a', 'b', 600303],
  ['migration', '6', '7', 600303],
  ['credential_rotation', 'k1', 'k2', 600303],
  ['cache_flush', '40 keys', '0 keys', 600507],
] as const) {
  test(`change.${kind} (${from} → ${to}) says who changed what`, () => {
    const { row, event } = change({ kind, from, to });
    holds(row, {
      ...{ event_kind: `change.${kind}`, type_uid: typeUid, change_kind: kind, change_uid: 'c-1' },
      ...{ change_actor: 'dana', service: 'web-api', reporter: 'operator', status_id: 1 },
      ...{ change_from: from === '' ? undefined : from, change_status: 'applied' },
      change_to: to === '' ? undefined : to,
    });
    const { change: said } = event.unmapped as { change: Json };
    assert.equal(said.uid, 'c-1');
    if (kind === 'feature_flag') assert.deepEqual((event.app as Json).feature, { name: 'fast' });
    if (kind === 'rollback') assert.equal((event.app as Json).version, '1.8.0');
  });
}

test('a change of any kind that failed is a failure, with what was meant and why not', () => {
  for (const kind of [
    ...['deployment', 'rollback', 'restart', 'feature_flag', 'scaling'],
    ...['config', 'migration', 'credential_rotation', 'cache_flush'],
  ]) {
    const { row, event } = change({ kind, from: 'a', to: 'b', status: 'failed', detail: 'no such thing' });
    holds(row, {
      ...{ status_id: 2, severity_id: 4, change_status: 'failed', change_kind: kind, change_uid: 'c-1' },
      ...{ change_from: 'a', change_to: 'b', change_actor: 'dana', service: 'web-api' },
      change_detail: '"no such thing"',
    });
    const { change: said } = event.unmapped as { change: Json };
    assert.equal(said.status, 'failed');
    assert.deepEqual(problems(event), [], kind);
  }
});

const http = {
  ...{ 'http.request.method': 'POST', 'url.path': '/auth/login', 'http.response.status_code': 401 },
  ...{ 'http.request.header.x-request-id': ['r-1'], 'server.address': 'localhost', 'server.port': 8081 },
};
const redis = { 'db.system.name': 'redis', 'server.address': 'localhost', 'server.port': 6379 };
const postgres = { 'db.system.name': 'postgresql', 'db.namespace': 'storefront' };
const job = { 'bullmq.queue.name': 'payments', 'bullmq.job.id': 'order-1', 'bullmq.job.attempt': 2 };
const auth = (outcome: string, reason: string) => ({
  ...{ 'enduser.id': '7', 'auth.outcome': outcome, 'auth.reason': reason },
});

const SPANS: readonly [name: string, span: Json, attributes: Json, wanted: Json][] = [
  [
    'a served request',
    { name: 'POST /auth/login', kind: 2 },
    { ...http, 'http.route': '/auth/login', 'client.address': '10.0.0.7' },
    {
      ...{ event_kind: 'http.server', type_uid: 400206, http_method: 'POST', http_status: 401 },
      ...{ http_route: '/auth/login', request_id: 'r-1', src_ip: '10.0.0.7', status_id: 2, severity_id: 2 },
    },
  ],
  [
    'a request to another service, refused: no more than its status says',
    { name: 'POST', kind: 3, status: { code: 2 } },
    { ...http, 'url.full': 'http://localhost:8081/auth/login' },
    {
      ...{ event_kind: 'http.client', type_uid: 400206, http_url: 'http://localhost:8081/auth/login' },
      ...{ request_id: 'r-1', peer_host: 'localhost', peer_port: 8081, status_id: 2, severity_id: 2 },
    },
  ],
  [
    'a query',
    { name: 'pg.query:SELECT storefront', kind: 3 },
    { ...postgres, 'db.query.text': 'SELECT id FROM users WHERE id = $1' },
    {
      ...{ event_kind: 'db.query', type_uid: 600504, db_system: 'postgresql', db_name: 'storefront' },
      ...{ db_operation: 'SELECT', db_table: 'users', db_query: 'SELECT id FROM users WHERE id = $1' },
    },
  ],
  [
    'waiting for a connection, in vain',
    { name: 'pg-pool.connect', kind: 3, status: { code: 2, message: 'timeout' } },
    postgres,
    {
      ...{ event_kind: 'db.query', type_uid: 600503, db_operation: 'CONNECT', status_id: 2, severity_id: 4 },
      ...{ status_detail: 'timeout' },
    },
  ],
  ...(
    [
      ['get', 1],
      ['set', 5],
      ['incr', 2],
      ['del', 7],
      ['scan', 8],
      ['flushdb', 7],
      ['evalsha', 99],
    ] as const
  ).map(([command, activity]): [string, Json, Json, Json] => [
    `redis ${command}`,
    { name: command, kind: 3 },
    { ...redis, 'db.operation.name': command, 'db.query.text': `${command} ?` },
    {
      ...{ event_kind: 'redis.op', type_uid: 600500 + activity, db_system: 'redis' },
      ...{ db_operation: command.toUpperCase(), db_query: `${command} ?` },
    },
  ]),
  [
    'a login',
    { name: 'auth.login', kind: 1 },
    auth('success', 'ok'),
    { event_kind: 'auth.login', type_uid: 300201, user_id: '7', status_id: 1, status_detail: 'ok' },
  ],
  [
    'a login that is refused',
    { name: 'auth.login', kind: 1 },
    auth('failure', 'wrong_password'),
    {
      event_kind: 'auth.login',
      type_uid: 300201,
      status_id: 2,
      severity_id: 2,
      status_detail: 'wrong_password',
    },
  ],
  [
    'a session that is valid',
    { name: 'auth.validate', kind: 1 },
    auth('success', 'ok'),
    { event_kind: 'auth.validate', type_uid: 300299, activity_name: 'Validate Token', status_id: 1 },
  ],
  [
    'a session that is not',
    { name: 'auth.validate', kind: 1 },
    { 'auth.outcome': 'failure', 'auth.reason': 'unknown_session' },
    { event_kind: 'auth.validate', type_uid: 300299, status_id: 2, status_detail: 'unknown_session' },
  ],
  [
    'a job that is queued',
    { name: 'add payments.charge', kind: 4 },
    { 'bullmq.queue.name': 'payments', 'bullmq.job.id': 'order-1' },
    { event_kind: 'queue.publish', type_uid: 600399, queue: 'payments', job_id: 'order-1' },
  ],
  [
    'a job at its second attempt, which fails',
    { name: 'process payments', kind: 5, status: { code: 2, message: 'declined' } },
    job,
    {
      ...{ event_kind: 'queue.job', type_uid: 600399, activity_name: 'Process Job', queue: 'payments' },
      ...{ job_id: 'order-1', job_attempt: 2, status_id: 2, severity_id: 4, status_detail: 'declined' },
    },
  ],
  [
    'the framework’s own span of a request, which is none',
    { name: 'request', kind: 1 },
    { 'http.request.method': 'GET', 'http.route': '/x', 'http.response.status_code': 200 },
    { event_kind: 'internal', type_uid: 600399, http_route: '/x' },
  ],
];

for (const [name, span, attributes, wanted] of SPANS) {
  test(`${name}: ${String(wanted.event_kind)}`, () => {
    const { row, event } = rowOf(mapped('traces', spanRequest(span, attributes)));
    holds(row, { ...wanted, trace_id: TRACE, span_id: SPAN, duration: 1.234567, service: 'web-api' });
    // OCSF 1.8.0 knows the profile `trace` on 4002 and 6003 alone.
    const traced = event.class_uid === 4002 || event.class_uid === 6003;
    const trace = (traced ? event.trace : (event.unmapped as Json).trace) as Json;
    assert.deepEqual([trace.uid, (trace.span as Json).uid], [TRACE, SPAN]);
  });
}

const point = { timeUnixNano: NANOS, attributes: [{ key: 'route', value: { stringValue: '/x' } }] };
const sampleOf = (metric: Json) => mapped('metrics', metricRequest(metric));

test('a gauge and a counter: name, value, type, unit and labels', () => {
  const { row } = rowOf(
    sampleOf({ name: 'memory', unit: 'By', gauge: { dataPoints: [{ ...point, asDouble: 1.5 }] } }),
  );
  holds(row, {
    ...{ event_kind: 'metric.sample', class_uid: 0, type_uid: 99, metric_name: 'memory', metric_value: 1.5 },
    ...{ metric_type: 'gauge', metric_unit: 'By', labels: '{"route":"/x"}', metric_temporality: undefined },
  });
  const sum = { isMonotonic: true, dataPoints: [{ ...point, asInt: '41' }] };
  for (const [temporality, said] of [
    [0, undefined],
    [1, 'delta'],
    [2, 'cumulative'],
  ] as const) {
    const { row: counted } = rowOf(
      sampleOf({ name: 'requests_total', sum: { ...sum, aggregationTemporality: temporality } }),
    );
    holds(counted, { metric_value: 41, metric_type: 'counter', metric_temporality: said });
  }
});

test('a histogram: cumulative buckets with their bounds, sum and count, each an identity of its own', () => {
  const { flat, events } = sampleOf({
    name: 'latency',
    histogram: {
      aggregationTemporality: 2,
      dataPoints: [{ ...point, count: '3', sum: 4.5, bucketCounts: ['1', '2', '0'], explicitBounds: [1, 5] }],
    },
  });
  for (const event of events) assert.deepEqual(problems(event), []);
  const samples = flat.map((row) => [row.metric_name, row.metric_value, JSON.parse(row.labels as string).le]);
  assert.deepEqual(samples.sort(), [
    ['latency_bucket', 1, '1'],
    ['latency_bucket', 3, '+Inf'],
    ['latency_bucket', 3, '5'],
    ['latency_count', 3, undefined],
    ['latency_sum', 4.5, undefined],
  ]);
  assert.equal(new Set(flat.map((row) => row.event_uid)).size, 5);
  assert.ok(flat.every((row) => row.metric_type === 'histogram' && row.metric_temporality === 'cumulative'));
});
