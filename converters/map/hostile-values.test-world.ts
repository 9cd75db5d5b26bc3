import { ourLine } from './otlp.test-world.ts';

type Json = Record<string, unknown>;

/** What a field may hold that nobody meant to put there. */
const VALUES: readonly unknown[] = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '99999999999',
    'NaN',
    '::::',
    '::ffff:7f00:1',
    'fe80::1%eth0',
    '999.1.1.1',
    '\u0000',
    '\ud800',
    'ü'.repeat(9000),
  ],
  ...['__proto__', 'constructor', 'toString', '%zz', '{', '{"a":1}'],
  ...[0, -1, 70_000, 2 ** 31, 2 ** 53, -(2 ** 53), 1.5, 1e300, -0, true, false],
];
/** JSON has these too. */
const JSON_VALUES: readonly unknown[] = [...VALUES, null, [], ['a'], {}, { a: { b: [1] } }];

/** Fields of our lines, by kind. */
export const LINES: Readonly<Record<string, Json>> = {
  access: {
    ...{ event: 'http.access', method: 'GET', route: '/api/users/:id', path: '/api/users/7', status: 200 },
    ...{ duration_ms: 3.25, user_id: '7', peer: '127.0.0.1', request_id: 'r-1' },
    ...{ trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) },
  },
  error: { level: 'error', err: { type: 'Error', message: 'broken', stack: 'Error: broken', code: 'E1' } },
  process: {
    event: 'process',
    process: { action: 'exit', service: 'web-api', replica: 1, pid: 42, exit_code: 1, signal: 'SIGKILL' },
  },
  start: { event: 'process', process: { action: 'start', service: 'web-api', replica: 1, pid: 42 } },
  ...Object.fromEntries(
    ['deployment', 'restart', 'feature_flag', 'scaling', 'cache_flush', 'unheard_of'].map((kind) => [
      kind,
      {
        event: 'change',
        change: {
          ...{ uid: 'c-1', kind, service: 'web-api', from: 'a=false', to: 'a=true' },
          ...{ actor: 'dana', status: 'applied', detail: { a: 1 } },
        },
      },
    ]),
  ),
};

/** The same object with one field of it, or of an object in it, replaced or taken away. */
function* variants(of: Json, values: readonly unknown[]): Generator<[name: string, variant: Json]> {
  for (const [key, own] of Object.entries(of)) {
    const { [key]: _, ...without } = of;
    yield [`no ${key}`, without];
    for (const value of values)
      yield [`${key} = ${JSON.stringify(value)?.slice(0, 20)}`, { ...of, [key]: value }];
    if (typeof own === 'object' && own !== null && !Array.isArray(own))
      for (const [name, variant] of variants(own as Json, values))
        yield [`${key}.${name}`, { ...of, [key]: variant }];
  }
}

const http = {
  ...{ 'http.request.method': 'GET', 'http.response.status_code': 200, 'http.route': '/x' },
  ...{ 'url.path': '/x', 'url.full': 'http://a/x', 'url.query': 'a=1', 'url.scheme': 'http' },
  ...{ 'server.address': 'localhost', 'server.port': 80, 'client.address': '127.0.0.1' },
  ...{ 'network.peer.address': '127.0.0.1', 'network.peer.port': 4000, 'user_agent.original': 'k6' },
  ...{ 'network.protocol.version': '1.1', 'http.request.body.size': 1, 'http.response.body.size': 2 },
  ...{ 'http.request.header.x-request-id': ['r-1'], 'error.type': '500', 'enduser.id': '7' },
};
const database = {
  ...{ 'db.namespace': 'storefront', 'db.query.text': 'SELECT 1 FROM users', 'db.operation.name': 'SELECT' },
  ...{ 'db.collection.name': 'users', 'db.user': 'storefront', 'db.response.status_code': '23505' },
  ...{ 'server.address': '127.0.0.1', 'server.port': 5432 },
};
const job = {
  ...{ 'bullmq.queue.name': 'payments', 'bullmq.job.id': 'order-1', 'bullmq.job.attempt': 1 },
  ...{ 'messaging.destination.name': 'payments', 'http.route': '/x' },
};
const messaging = {
  ...{ 'messaging.system.name': 'kafka', 'messaging.operation.type': 'receive' },
  ...{ 'messaging.destination.name': 'orders', 'messaging.message.id': 'm-1', 'server.address': 'broker' },
  ...{ 'server.port': 9092, 'network.peer.address': '10.0.0.7', 'server.service.name': 'broker' },
};
const rpc = {
  ...{ 'rpc.system.name': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add', 'rpc.status_code': 'OK' },
  ...{ 'client.address': '10.0.0.7', 'client.port': 4000, 'client.service.name': 'shop', 'enduser.id': '7' },
  ...{ 'server.address': 'cart', 'server.port': 50051, 'network.peer.address': '10.0.0.8' },
};
const faas = { 'faas.trigger': 'timer', 'faas.invocation.id': 'i-1' };
/** Span and its attributes, by kind. */
export const SPANS: Readonly<Record<string, [Json, Json]>> = {
  'http.server': [{ name: 'GET /x', kind: 2 }, http],
  'http.client': [{ name: 'GET', kind: 3 }, http],
  'db.query': [
    { name: 'pg.query:SELECT', kind: 3 },
    { 'db.system.name': 'postgresql', ...database },
  ],
  'redis.op': [
    { name: 'get', kind: 3 },
    { 'db.system.name': 'redis', ...database },
  ],
  'auth.login': [
    { name: 'auth.login', kind: 1 },
    { 'enduser.id': '7', 'auth.outcome': 'failure', 'auth.reason': 'x' },
  ],
  'queue.publish': [{ name: 'add payments.charge', kind: 4 }, job],
  'queue.job': [{ name: 'process payments', kind: 5 }, job],
  'queue.receive': [{ name: 'poll orders', kind: 3 }, messaging],
  'queue.settle': [
    { name: 'ack orders', kind: 3 },
    { ...messaging, 'messaging.operation.type': 'settle' },
  ],
  'rpc.server': [{ name: 'shop.Cart/Add', kind: 2 }, rpc],
  'rpc.client': [{ name: 'shop.Cart/Add', kind: 3 }, rpc],
  'faas.run': [{ name: 'cleanup', kind: 5 }, faas],
  'faas.invoke': [
    { name: 'Invoke', kind: 3 },
    { ...faas, 'faas.invoked_name': 'cleanup' },
  ],
  'graphql.operation': [
    { name: 'mutation Basket', kind: 1 },
    { 'graphql.operation.type': 'mutation', 'graphql.operation.name': 'Basket', 'enduser.id': '7' },
  ],
  internal: [
    { name: 'request', kind: 1 },
    { ...job, 'enduser.id': '7' },
  ],
};
/** Attribute values that OTLP can say. */
const ATTRIBUTE_VALUES = [...VALUES, [], ['a'], ['a', 'b'], [1], null].filter(
  (value) => typeof value !== 'number' || !Number.isInteger(value) || Number.isSafeInteger(value),
);

/** Every line of a kind with one field that holds what nobody meant. */
export function* hostileLines(kind: string): Generator<[name: string, line: Json]> {
  yield* variants(JSON.parse(ourLine(LINES[kind])) as Json, JSON_VALUES);
}

/** Attributes of a span of a kind, one of which holds what nobody meant. */
export function* hostileAttributes(kind: string): Generator<[name: string, attributes: Json]> {
  yield* variants((SPANS[kind] as readonly Json[])[1] as Json, ATTRIBUTE_VALUES);
}
