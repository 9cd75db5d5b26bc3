import { gzipSync } from 'node:zlib';
import { PbfWriter } from 'pbf';
import type { Signal } from '../read/raw-object.ts';

/** Seeded generator (mulberry32): the same seed makes the same telemetry. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Value = string | number | readonly string[];
interface SpanPlan {
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  readonly parent: number;
  readonly attributes: Readonly<Record<string, Value>>;
}

/** One request of the storefront as its spans, in the shape that the services' instrumentation gives them. */
function requestSpans(user: number, requestId: string): readonly SpanPlan[] {
  const header = { 'http.request.header.x_request_id': [requestId] };
  const http = {
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'http.response.status_code': 200,
    ...header,
  };
  const redis = { 'db.system.name': 'redis', 'server.address': 'localhost', 'server.port': 6379 };
  const postgres = {
    'db.system.name': 'postgresql',
    'db.namespace': 'storefront',
    'server.address': 'localhost',
    'server.port': 5432,
  };
  return [
    {
      service: 'web-api',
      name: 'GET /api/users/:id',
      kind: 2,
      parent: -1,
      attributes: {
        ...http,
        'http.request.method': 'GET',
        'url.path': `/api/users/${user}`,
        'http.route': '/api/users/:id',
        'server.address': 'localhost',
        'server.port': 8080,
        'client.address': '127.0.0.1',
        'network.peer.address': '127.0.0.1',
        'network.peer.port': 40000 + (user % 20000),
        'user_agent.original': 'k6/1.0',
      },
    },
    {
      service: 'web-api',
      name: 'POST',
      kind: 3,
      parent: 0,
      attributes: {
        ...http,
        'http.request.method': 'POST',
        'url.full': 'http://localhost:8081/auth/validate',
        'url.path': '/auth/validate',
        'server.address': 'localhost',
        'server.port': 8081,
      },
    },
    {
      service: 'auth-service',
      name: 'POST /auth/validate',
      kind: 2,
      parent: 1,
      attributes: {
        ...http,
        'http.request.method': 'POST',
        'url.path': '/auth/validate',
        'http.route': '/auth/validate',
        'server.address': 'localhost',
        'server.port': 8081,
        'client.address': '127.0.0.1',
      },
    },
    {
      service: 'auth-service',
      name: 'auth.validate',
      kind: 1,
      parent: 2,
      attributes: { 'enduser.id': String(user), 'auth.outcome': 'success' },
    },
    {
      service: 'auth-service',
      name: 'get',
      kind: 3,
      parent: 3,
      attributes: { ...redis, 'db.operation.name': 'get', 'db.query.text': 'get ?' },
    },
    {
      service: 'web-api',
      name: 'get',
      kind: 3,
      parent: 0,
      attributes: { ...redis, 'db.operation.name': 'get', 'db.query.text': 'get ?' },
    },
    {
      service: 'web-api',
      name: 'pg.query:SELECT storefront',
      kind: 3,
      parent: 0,
      attributes: { ...postgres, 'db.query.text': 'SELECT id, username, country FROM users WHERE id = $1' },
    },
    {
      service: 'web-api',
      name: 'set',
      kind: 3,
      parent: 0,
      attributes: { ...redis, 'db.operation.name': 'set', 'db.query.text': 'set ? ?' },
    },
  ];
}

const SCOPE = '@opentelemetry/instrumentation';
const VERSION = '1.8.0';

/** Raw objects of a run that begins at `start` (epoch ms): about so many spans, one access line a request, and some samples. */
export function* rawObjects({
  requests,
  start,
  seed = 1,
  perObject = 625,
  requestMs = 10,
  firstLine = 1,
}: {
  requests: number;
  start: number;
  seed?: number;
  /** Requests an object. */
  perObject?: number;
  /** From one request to the next. */
  requestMs?: number;
  /** Number of web-api's first line: one process counts on. */
  firstLine?: number;
}): Generator<{ key: string; bytes: Uint8Array; records: number; signal: Signal }> {
  const random = seeded(seed);
  const id = (bytes: number): Uint8Array =>
    Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
  let line = firstLine - 1;
  for (let first = 0; first < requests; first += perObject) {
    const spans = new Map<string, Uint8Array[]>();
    const lines: { time: number; body: string }[] = [];
    const count = Math.min(perObject, requests - first);
    for (let request = first; request < first + count; request++) {
      const time = start + request * requestMs;
      const user = 1 + Math.floor(random() * 20_000);
      const requestId = Buffer.from(id(8)).toString('hex');
      const traceId = id(16);
      const plans = requestSpans(user, requestId);
      const ids = plans.map(() => id(8));
      plans.forEach((plan, i) => {
        const offset = Math.floor(random() * 2_000_000) * (i + 1);
        const parent = ids[plan.parent];
        const message = new PbfWriter(new Uint8Array(1024));
        writeSpan(message, {
          plan,
          traceId,
          spanId: ids[i] as Uint8Array,
          parent,
          time,
          startNs: offset,
          ns: 100_000 + Math.floor(random() * 20_000_000),
        });
        const list = spans.get(plan.service) ?? [];
        list.push(message.finish());
        spans.set(plan.service, list);
      });
      line += 1;
      lines.push({
        time: time + 20,
        body: JSON.stringify({
          time: time + 20,
          level: 'info',
          service: 'web-api',
          version: VERSION,
          instance: 'web-api-1a2b3c4d',
          line,
          event: 'http.access',
          msg: 'request completed',
          trace_id: Buffer.from(traceId).toString('hex'),
          span_id: Buffer.from(ids[0] as Uint8Array).toString('hex'),
          request_id: requestId,
          method: 'GET',
          route: '/api/users/:id',
          path: `/api/users/${user}`,
          status: 200,
          duration_ms: Math.round(random() * 20e6) / 1e6,
          user_id: String(user),
          peer: '127.0.0.1',
        }),
      });
    }
    const uploaded = start + (first + count) * requestMs + 1000;
    const key = (signal: Signal): string =>
      `raw/${new Date(uploaded).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/')}/${signal}_${String(first).padStart(12, '0')}.binpb.gz`;
    yield {
      key: key('traces'),
      signal: 'traces',
      records: count * 8,
      bytes: packed([...spans].map(([service, records]) => block(service, records))),
    };
    yield {
      key: key('logs'),
      signal: 'logs',
      records: count,
      bytes: packed([
        block(
          'web-api',
          lines.map(({ time, body }) => logRecord(time, body)),
        ),
      ]),
    };
    yield {
      key: key('metrics'),
      signal: 'metrics',
      records: 200,
      bytes: packed([
        block(
          'web-api',
          Array.from({ length: 200 }, (_, i) => gauge(i, uploaded, random())),
        ),
      ]),
    };
  }
}

function packed(blocks: readonly Uint8Array[]): Uint8Array {
  const request = new PbfWriter(new Uint8Array(1 << 20));
  for (const bytes of blocks) request.writeBytesField(1, bytes);
  return gzipSync(request.finish(), { level: 1 });
}

/** `ResourceSpans` and its like, written last field first, as the collector does. */
function block(service: string, records: readonly Uint8Array[]): Uint8Array {
  const scope = new PbfWriter(new Uint8Array(1 << 20));
  for (const record of records) scope.writeBytesField(2, record);
  const name = new PbfWriter();
  name.writeStringField(1, SCOPE);
  scope.writeBytesField(1, name.finish());
  const resource = new PbfWriter();
  writeAttributes(resource, 1, {
    'service.name': service,
    'service.version': VERSION,
    'service.instance.id': `${service}-1a2b3c4d`,
    'deployment.environment.name': 'local',
  });
  const whole = new PbfWriter(new Uint8Array(1 << 20));
  whole.writeBytesField(2, scope.finish());
  whole.writeBytesField(1, resource.finish());
  return whole.finish();
}

function writeAttributes(pbf: PbfWriter, field: number, attributes: Readonly<Record<string, Value>>): void {
  for (const [key, value] of Object.entries(attributes)) {
    const any = new PbfWriter();
    if (typeof value === 'number') any.writeVarintField(3, value);
    else if (typeof value === 'string') any.writeStringField(1, value);
    else {
      const element = new PbfWriter();
      element.writeStringField(1, value[0] as string);
      const array = new PbfWriter();
      array.writeBytesField(1, element.finish());
      any.writeBytesField(5, array.finish());
    }
    const pair = new PbfWriter();
    pair.writeStringField(1, key);
    pair.writeBytesField(2, any.finish());
    pbf.writeBytesField(field, pair.finish());
  }
}

function writeTime(pbf: PbfWriter, field: number, ms: number, ns: number): void {
  const time = BigInt(ms) * 1_000_000n + BigInt(ns);
  pbf.writeTag(field, 1);
  pbf.writeFixed32(Number(time & 0xffffffffn) | 0);
  pbf.writeFixed32(Number(time >> 32n) | 0);
}

function writeSpan(
  pbf: PbfWriter,
  {
    plan,
    traceId,
    spanId,
    parent,
    time,
    startNs,
    ns,
  }: {
    plan: SpanPlan;
    traceId: Uint8Array;
    spanId: Uint8Array;
    parent: Uint8Array | undefined;
    time: number;
    startNs: number;
    ns: number;
  },
): void {
  writeAttributes(pbf, 9, plan.attributes);
  writeTime(pbf, 8, time, startNs + ns);
  writeTime(pbf, 7, time, startNs);
  pbf.writeVarintField(6, plan.kind);
  pbf.writeStringField(5, plan.name);
  if (parent) pbf.writeBytesField(4, parent);
  pbf.writeBytesField(2, spanId);
  pbf.writeBytesField(1, traceId);
}

function logRecord(time: number, body: string): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(1024));
  writeTime(pbf, 11, time, 500_000);
  writeAttributes(pbf, 6, { 'log.file.name': 'web-api-1.log' });
  const any = new PbfWriter(new Uint8Array(1024));
  any.writeStringField(1, body);
  pbf.writeBytesField(5, any.finish());
  return pbf.finish();
}

function gauge(series: number, time: number, value: number): Uint8Array {
  const point = new PbfWriter();
  writeAttributes(point, 7, { route: `/api/route/${series % 20}`, series: String(series) });
  point.writeDoubleField(4, value);
  writeTime(point, 3, time, 0);
  const data = new PbfWriter();
  data.writeBytesField(1, point.finish());
  const pbf = new PbfWriter(new Uint8Array(256));
  pbf.writeBytesField(5, data.finish());
  pbf.writeStringField(3, 'By');
  pbf.writeStringField(1, `metric_${series % 40}`);
  return pbf.finish();
}
