import type { TestContext } from 'node:test';
import type { AppliedChange, CaseTruth, RunTruth } from '../../truth/record.ts';
import { type JudgeOptions, judgeRun } from '../judge.ts';
import type { Quality } from '../quality.ts';
import { type Row, type RunContent, START_MS, type World, writeRun } from '../run.test-world.ts';

/** Seconds of the run → epoch ms. */
export const at = (seconds: number) => START_MS + seconds * 1000;
export const span = (from: number, to: number) => ({ start_ms: at(from), end_ms: at(to) });
const RUN_S = 300;
const ROUTES = ['/api/users/:id', '/api/users', '/api/search'];
export const WATCHED = '/api/users';

const change = (kind: string, uid: string, from: number, to: number): AppliedChange => ({
  ...{ uid, kind, service: 'postgres', from: 'pending', to: 'applied' },
  request: { kind, migration: '0007_orders_cleanup', direction: 'up', actor: 'dana' },
  ...{ started_ms: at(from), acknowledged_ms: at(to), status: 'applied', error: null },
});

/** An index is dropped from second 40 to 91. */
export const SLOW_QUERY: CaseTruth = {
  ...{ case: 1, scenario: '05-slow-query', kind: 'slow_query', truth: 'fault', twin: '09-new-index' },
  affected: { services: ['web-api', 'postgres'], routes: [WATCHED] },
  indicator: {
    ...{ metric: 'postgresql.sequential_scans', service: 'postgres' },
    labels: { 'postgresql.table.name': 'public.orders' },
    ...{ as: 'rate', moves: 'up' },
  },
  load: null,
  phases: {
    ...{ baseline: span(20, 40), change: span(40, 42), hold: span(42, 90), revert: span(90, 92) },
    cooldown: span(92, 120),
  },
  change: change('migration', 'c-1', 40, 41),
  revert: change('migration', 'c-2', 90, 91),
};

/** Its twin, from second 170 to 211. */
export const NEW_INDEX: CaseTruth = {
  ...{ case: 2, scenario: '09-new-index', kind: 'index_creation', truth: 'benign', twin: '05-slow-query' },
  ...{ affected: { services: [], routes: [WATCHED] }, indicator: null, load: null },
  phases: {
    ...{ baseline: span(150, 170), change: span(170, 172), hold: span(172, 210), revert: span(210, 212) },
    cooldown: span(212, 225),
  },
  change: change('migration', 'c-3', 170, 171),
  revert: change('migration', 'c-4', 210, 211),
};

export const TRUTH: RunTruth = {
  ...{ schema_version: 1, run_id: 'run-1', campaign: 'quick', seed: 7, time_scale: 40, plan_hash: null },
  ...{ complete: true, traffic: { ...span(0, RUN_S), rate: 10, shape: 'flat' }, scaled: {} },
  cases: [SLOW_QUERY, NEW_INDEX],
};

/** What a request meets: how many times as long it takes, and with which status; status 0 for no answer at all. */
export type Effect = (request: { second: number; route: string; draw: number }) => {
  times?: number;
  status?: number;
};
/** Sequential scans a second. */
export type Scans = (second: number) => number;

export const SLOW: Effect = ({ second, route }) =>
  route === WATCHED && second >= 41 && second < 91 ? { times: 12 } : {};
export const SCANNED: Scans = (second) => (second >= 41 && second < 91 ? 25 : 2);

export interface CaseRun {
  truth?: RunTruth;
  effect?: Effect;
  scans?: Scans;
  /** Seconds between two scrapes. */
  scrape?: number;
  change?: (content: RunContent) => void;
}

/** 5 minutes of 10 requests a second over three routes, every second a payment job 2 s after its request. */
export function caseRun({ effect = SLOW, scans = SCANNED, scrape = 10, change }: CaseRun = {}): RunContent {
  const content: RunContent = {
    ...{ points: [], lines: [], serverSpans: [], logs: [], traces: [], metrics: [], changes: [] },
    ...{ objects: {}, nested: [] },
    record: {
      ...{ schema_version: 1, run_id: 'run-1', state: 'complete', target: 'embedded', seed: 7 },
      ...{ time_scale: 40, plan_hash: null, counters: {}, versions: { node: '20.20.2' } },
      window: { start_ms: START_MS - 5_000, end_ms: at(RUN_S + 30) },
      raw: { prefix: 'raw', drained_ms: at(RUN_S + 40) },
      traffic: {
        ...{ scenario: 'campaign', runner: 'node', rate: 10, duration_s: RUN_S },
        points_key: 'runs/run-1/client.ndjson.gz',
      },
    },
  };
  const random = lehmer(7);
  for (let i = 0; i < RUN_S * 10; i++) addRequest({ content, i, random, effect });
  let total = 100;
  for (let second = 3; second < RUN_S; second += scrape) {
    for (let s = Math.max(0, second - scrape); s < second; s++) total += scans(s);
    content.metrics.push({
      ...{ time: at(second), event_uid: `m-${second}`, event_kind: 'metric.sample', service: 'postgres' },
      ...{ metric_name: 'postgresql.sequential_scans', metric_value: total, instance: null },
      labels: '{"postgresql.schema.name":"public","postgresql.table.name":"public.orders"}',
    });
  }
  content.changes.push(
    { time: at(-3), event_uid: 'p-0', event_kind: 'process.start', service: 'web-api' },
    ...[40.5, 90.5, 170.5, 210.5].map((second, i) => ({
      ...{ time: at(second), event_uid: `change-${i}`, event_kind: 'change.migration' },
      ...{ service: 'postgres', change_uid: `c-${i + 1}` },
    })),
    { time: at(RUN_S + 20), event_uid: 'p-9', event_kind: 'process.stop', service: 'web-api' },
  );
  change?.(content);
  return content;
}

/** Fixed draws from 0 to 1. */
function lehmer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

function addRequest(of: { content: RunContent; i: number; random: () => number; effect: Effect }): void {
  const { content, i, random, effect } = of;
  const route = ROUTES[Math.floor(random() * ROUTES.length)] ?? '';
  const sent = at(i / 10);
  const { times = 1, status = 200 } = effect({ second: i / 10, route, draw: random() });
  const duration = Math.round((5 + 20 * random() ** 3) * times);
  const [request_id, trace_id] = [`request-${hex(i, 5)}`, hex(i + 1, 32)];
  const point = (metric: string, value: number) => ({
    ...{ type: 'Point', metric },
    data: {
      ...{ time: new Date(sent + duration).toISOString(), value },
      tags: { status: String(status), name: route.slice(5), ...(status === 0 ? { error_code: '1211' } : {}) },
      metadata: { request_id },
    },
  });
  content.points.push(point('http_reqs', 1), point('http_req_duration', duration));
  if (status === 0) return;
  const line = { service: 'web-api', instance: 'web-api-1', request_id, trace_id, time: sent + duration };
  content.lines.push({ ...line, line: content.lines.length + 1, event: 'http.access', status });
  content.serverSpans.push({ service: 'web-api', request_id, time: sent, kind: 2 });
  const row: Row = { ...line, duration, http_route: route, http_status: status };
  content.logs.push({ ...row, event_uid: `l-${hex(i, 5)}`, event_kind: 'http.access' });
  const spans = { ...row, time: sent, span_id: hex(i * 4 + 1, 16), parent_span_id: null };
  content.traces.push({ ...spans, event_uid: `s-${hex(i, 5)}`, event_kind: 'http.server' });
  if (i % 10 !== 0) return;
  content.traces.push({
    ...{ ...spans, event_uid: `j-${hex(i, 5)}`, event_kind: 'queue.job', service: 'payment-worker' },
    ...{
      time: sent + 2000,
      span_id: hex(i * 4 + 2, 16),
      parent_span_id: hex(i * 4 + 1, 16),
      http_route: null,
    },
  });
}

/** The run written and judged by its truth; the folder is there until the test ends. */
export async function judgedCases(
  t: TestContext,
  run: CaseRun = {},
  extra: Partial<JudgeOptions> = {},
): Promise<{ quality: Quality; world: World }> {
  const world = await writeRun(caseRun(run));
  t.after(world.close);
  const { raw, record, dir } = world;
  return { quality: await judgeRun({ raw, record, dir, truth: run.truth ?? TRUTH, ...extra }), world };
}

export const checkOf = ({ checks }: Quality, name: string) => checks.find((check) => check.name === name);
