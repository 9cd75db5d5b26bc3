import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { RunRecord } from '../run/record.ts';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { logsData, type RawSpan, tracesData } from './otlp.test-world.ts';

export const START_MS = Date.UTC(2026, 10, 24, 5, 40);
export const END_MS = START_MS + 120_000;
const REQUESTS = 30;

export type Row = Record<string, string | number | null>;

/** Everything that a small run leaves behind, to be changed before it is written. */
export interface RunContent {
  points: unknown[];
  /** Bodies of raw log records. */
  lines: (Record<string, unknown> | string)[];
  /** Raw server spans. */
  serverSpans: RawSpan[];
  logs: Row[];
  traces: Row[];
  metrics: Row[];
  changes: Row[];
  /** Texts of a nested file. */
  nested: string[];
  record: { -readonly [K in keyof RunRecord]: RunRecord[K] };
  /** Further objects of the raw bucket. */
  objects: Record<string, Uint8Array>;
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

/** A run of 30 requests without a fault: each a trace over three services, every fourth a checkout through the queue. */
export function cleanRun(): RunContent {
  const content: RunContent = {
    ...{
      points: [],
      lines: [],
      serverSpans: [],
      logs: [],
      traces: [],
      metrics: [],
      changes: [],
      objects: {},
    },
    nested: ['{"http.route":"/api/users/:id"}', 'default'],
    record: {
      ...{
        schema_version: 1,
        run_id: 'run-1',
        state: 'complete',
        target: 'embedded',
        seed: 7,
        time_scale: 1,
        plan_hash: null,
      },
      window: { start_ms: START_MS, end_ms: END_MS },
      raw: { prefix: 'raw', drained_ms: END_MS + 5_000 },
      traffic: {
        scenario: '01-steady',
        runner: 'node',
        rate: 20,
        duration_s: 60,
        points_key: 'runs/run-1/client.ndjson.gz',
      },
      counters: { dropped_iterations: 0 },
      versions: {},
    },
  };
  for (let i = 0; i < REQUESTS; i++) addRequest(content, i);
  addMetrics(content);
  content.changes.push(
    { time: START_MS + 1, event_kind: 'process.start', service: 'web-api' },
    { time: START_MS + 500, event_kind: 'change.deployment', service: 'web-api' },
    { time: END_MS - 2500, event_kind: 'process.stop', service: 'web-api' },
  );
  content.lines.push('2026-11-24 05:40:00.000 UTC [12] LOG:  checkpoint starting: time');
  return content;
}

function addRequest({ points, lines, serverSpans, logs, traces }: RunContent, i: number): void {
  const [request_id, trace_id, time] = [`request-${hex(i, 4)}`, hex(i + 1, 32), START_MS + 1000 + i * 1000];
  const span = (n: number) => hex(i * 16 + n + 1, 16);
  points.push({
    ...{ type: 'Point', metric: 'http_reqs' },
    data: {
      time: new Date(time).toISOString(),
      value: 1,
      tags: { status: '200', name: 'users' },
      metadata: { request_id },
    },
  });
  const line = { service: 'web-api', instance: 'web-api-0a0b0c0d', time: time + 20, trace_id, request_id };
  lines.push({ ...line, line: 2 * i + 1, msg: 'users read' });
  lines.push({ ...line, line: 2 * i + 2, event: 'http.access', status: 200 });
  lines.push({
    ...line,
    service: 'auth-service',
    instance: 'auth-service-1',
    line: i + 1,
    event: 'http.access',
  });
  serverSpans.push(
    { service: 'web-api', request_id, time, kind: 2 },
    { service: 'auth-service', request_id, time, kind: 2 },
  );
  logs.push({ ...line, time: time + 20, event_kind: 'log' });
  logs.push({ ...line, time: time + 20, event_kind: 'http.access' });
  logs.push({ ...line, service: 'auth-service', time: time + 20, event_kind: 'http.access' });

  const add = (n: number, parent: number | null, row: Row) =>
    traces.push({
      time,
      duration: 20,
      trace_id,
      span_id: span(n),
      parent_span_id: parent === null ? null : span(parent),
      request_id: null,
      db_system: null,
      ...row,
    });
  add(0, null, { event_kind: 'http.server', service: 'web-api', request_id });
  add(1, 0, { event_kind: 'http.client', service: 'web-api', time: time + 2, duration: 10, request_id });
  add(2, 1, { event_kind: 'http.server', service: 'auth-service', time: time + 4, duration: 6, request_id });
  add(3, 2, {
    event_kind: i === 0 ? 'auth.login' : 'auth.validate',
    service: 'auth-service',
    time: time + 5,
    duration: 3,
  });
  add(4, 3, {
    event_kind: 'redis.op',
    service: 'auth-service',
    time: time + 5,
    duration: 1,
    db_system: 'redis',
  });
  add(5, 0, {
    event_kind: 'db.query',
    service: 'web-api',
    time: time + 13,
    duration: 1,
    db_system: 'postgresql',
  });
  if (i % 4 !== 0) return;
  add(6, 0, { event_kind: 'queue.publish', service: 'web-api', time: time + 14, duration: 1 });
  add(7, 6, { event_kind: 'queue.job', service: 'payment-worker', time: time + 30, duration: 50 });
  add(8, 7, { event_kind: 'internal', service: 'payment-worker', time: time + 31, duration: 9 });
  add(9, 7, {
    event_kind: 'db.query',
    service: 'payment-worker',
    time: time + 50,
    duration: 2,
    db_system: 'postgresql',
  });
}

function addMetrics({ metrics }: RunContent): void {
  for (let time = START_MS + 2500; time < END_MS; time += 5000) {
    const own = { time, event_kind: 'metric.sample', service: 'web-api', instance: 'web-api-0a0b0c0d' };
    for (const route of ['a', 'b']) {
      metrics.push({
        ...own,
        metric_name: 'http_requests_total',
        metric_value: 1,
        labels: `{"route":"${route}"}`,
      });
    }
    metrics.push({ ...own, metric_name: 'telemetry_spans_dropped_total', metric_value: 0, labels: '{}' });
  }
  for (let time = START_MS + 1000; time < END_MS; time += 10_000) {
    metrics.push({
      time,
      event_kind: 'metric.sample',
      service: 'postgres',
      instance: null,
      metric_name: 'backends',
      metric_value: 3,
      labels: '{}',
    });
  }
}

export interface World {
  readonly raw: ObjectStore;
  readonly record: RunRecord;
  readonly dir: string;
  close(): Promise<void>;
}

/** Writes a run as it would lie in the bucket and in the dataset folder. */
export async function writeRun(content: RunContent): Promise<World> {
  const raw = openStore('memory:');
  const dir = await mkdtemp(join(tmpdir(), 'judge-'));
  const points = content.points.map(
    (point) => `${typeof point === 'string' ? point : JSON.stringify(point)}\n`,
  );
  await raw.put('runs/run-1/client.ndjson.gz', gzipSync(points.join('')));
  const bodies = content.lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const half = bodies.length >> 1;
  await raw.put(
    'raw/2026/11/24/05/40/logs_a.binpb.gz',
    gzipSync(logsData({ bodies: bodies.slice(0, half), time: START_MS })),
  );
  await raw.put(
    'raw/2026/11/24/05/41/logs_b.binpb.gz',
    gzipSync(logsData({ bodies: bodies.slice(half), time: START_MS })),
  );
  await raw.put('raw/2026/11/24/05/41/traces_a.binpb.gz', gzipSync(tracesData(content.serverSpans)));
  for (const [key, bytes] of Object.entries(content.objects)) await raw.put(key, bytes);

  await mkdir(join(dir, 'ocsf', 'http_activity'), { recursive: true });
  for (const signal of ['logs', 'traces', 'metrics', 'changes'] as const) {
    await writeFile(join(dir, `ocsf_${signal}.parquet`), flatParquet(content[signal]));
  }
  const nested = content.nested.map((text) => ({ text }));
  await writeFile(
    join(dir, 'ocsf', 'http_activity', 'part-0.parquet'),
    new Uint8Array(
      parquetWriteBuffer({
        schema: [
          { name: 'root', num_children: 1 },
          { name: 'outer', num_children: 1, repetition_type: 'OPTIONAL' },
          { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
        ],
        columnData: [{ name: 'outer', data: nested }],
      }),
    ),
  );
  return { raw, record: content.record, dir, close: () => rm(dir, { recursive: true, force: true }) };
}

const COLUMNS: Record<string, ColumnSource['type'] & string> = {
  ...{
    time: 'INT64',
    event_kind: 'STRING',
    service: 'STRING',
    instance: 'STRING',
    request_id: 'STRING',
    trace_id: 'STRING',
  },
  ...{
    span_id: 'STRING',
    parent_span_id: 'STRING',
    duration: 'DOUBLE',
    db_system: 'STRING',
    message: 'STRING',
  },
  ...{
    event_uid: 'STRING',
    http_status: 'INT32',
    http_route: 'STRING',
    signal: 'STRING',
    change_uid: 'STRING',
  },
  ...{ metric_name: 'STRING', metric_value: 'DOUBLE', labels: 'STRING' },
};

function flatParquet(rows: readonly Row[]): Uint8Array {
  const sorted = rows.toSorted((a, b) => Number(a.time) - Number(b.time));
  const columnData = Object.entries(COLUMNS).map(([name, type]) => ({
    name,
    type,
    data: sorted.map((row) => (type === 'INT64' ? BigInt(row[name] ?? 0) : (row[name] ?? null))),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: Math.max(25, sorted.length >> 3) }));
}
