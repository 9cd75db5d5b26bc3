import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { WINDOWS_FILE } from '../dataset/verify-labels.ts';
import { DETECTORS_FILE } from '../judge/detectors.ts';
import { WINDOW_COLUMNS } from '../label/windows.ts';
import { FLAT_COLUMNS } from '../write/columns.ts';
import type { About } from './facts.ts';
import { CASES_FILE, QUALITY_FILE } from './files.ts';

export type Row = Readonly<Record<string, string | number | null>>;

export const START = Date.UTC(2026, 10, 24, 5, 40);
/** A minute: 12 bins of 5 s. */
export const ABOUT: About = {
  ...{
    run_id: 'tiny',
    target: 'embedded',
    seed: 7,
    time_scale: 1,
    forced: [],
    versions: { faultline: '0.1.0' },
  },
  window: { start_ms: START, end_ms: START + 60_000 },
};

/** What lies in the folder of a dataset; without labels no ground truth, and so on. */
export interface Content {
  traces: Row[];
  logs: Row[];
  metrics: Row[];
  changes: Row[];
  windows: Row[] | null;
  quality: unknown;
  cases?: unknown;
  detectors: unknown;
}

const id = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

/** Ten requests, one a second from 0.1 s on, the last of them failed; each asks auth-service, which asks the database. The first publishes a job. */
function traces(): Row[] {
  return Array.from({ length: 10 }, (_, i): Row[] => {
    const time = START + 100 + i * 1000;
    const ids = (span: number, parent: number | null) => ({
      ...{ trace_id: id(i + 1, 32), span_id: id(i * 16 + span, 16), time },
      parent_span_id: parent === null ? null : id(i * 16 + parent, 16),
    });
    const failed = i === 9;
    const web = { service: 'web-api', status_id: failed ? 2 : 1 };
    const auth = { service: 'auth-service', status_id: 1 };
    const served = { event_kind: 'http.server', class_uid: 4002 };
    const asked = { class_uid: 6005, event_kind: 'db.query', db_system: 'postgresql', peer_port: 5432 };
    const route = i < 6 ? { http_method: 'GET', endpoint: '/a' } : { http_method: 'POST', endpoint: '/b' };
    const [root, auths] = [failed ? 500 : 10 + i, { ...auth, span_name: 'POST /check' }];
    return [
      { ...ids(1, null), ...web, ...served, ...route, span_name: 'root', duration: root, peer_port: 8080 },
      {
        ...ids(2, 1),
        ...web,
        class_uid: 4002,
        event_kind: 'http.client',
        span_name: 'POST',
        duration: 3,
        peer_port: 9001,
        status_id: 1,
      },
      { ...ids(3, 2), ...auths, ...served, duration: 2, peer_port: 9001 },
      { ...ids(4, 3), ...auth, ...asked, span_name: 'connect', duration: 0.5 },
      { ...ids(5, 3), ...auth, ...asked, db_operation: 'SELECT', span_name: 'SELECT', duration: 1 },
      ...(i > 0
        ? []
        : [
            {
              ...ids(6, 1),
              ...web,
              class_uid: 6003,
              event_kind: 'queue.publish',
              queue: 'jobs',
              span_name: 'add',
              duration: 1,
            },
            {
              ...ids(7, 6),
              service: 'worker',
              status_id: 1,
              class_uid: 6003,
              event_kind: 'queue.job',
              queue: 'jobs',
              span_name: 'do',
              duration: 40,
            },
          ]),
    ];
  }).flat();
}

/** CPU: 20 % of a core, then a restart; and the pool of the replica that is fuller. */
function metrics(): Row[] {
  const of = (
    instance: string,
    atS: number,
    metric_name: string,
    metric_value: number,
    labels = '{}',
  ): Row => ({
    ...{ time: START + atS * 1000, event_kind: 'metric.sample', class_uid: 0, service: 'web-api' },
    ...{ instance, metric_name, metric_value, labels },
  });
  const pool = (instance: string, state: string, value: number) =>
    of(instance, 21, 'db_pool_connections', value, JSON.stringify({ state }));
  return [
    of('a', 2.5, 'process_cpu_seconds_total', 1),
    of('a', 7.5, 'process_cpu_seconds_total', 2),
    of('a', 12.5, 'process_cpu_seconds_total', 0.5),
    ...[pool('a', 'total', 8), pool('a', 'idle', 2), pool('a', 'max', 10)],
    ...[pool('b', 'total', 4), pool('b', 'idle', 3), pool('b', 'max', 10)],
    of('a', 31, 'nodejs_heap_size_used_bytes', 40e6),
    of('a', 33, 'nodejs_heap_size_used_bytes', 60e6),
  ];
}

function logs(): Row[] {
  const line = (atS: number, level: string | null, message: string, more: Row = {}): Row => ({
    ...{
      time: START + atS * 1000,
      event_kind: 'log',
      class_uid: 6008,
      service: 'web-api',
      level,
      message,
      ...more,
    },
  });
  return [
    line(1, 'info', 'order 17 placed'),
    line(2, 'info', 'order 18 placed'),
    line(6, 'error', "no answer from 'db-3' in 1500 ms"),
    line(7, 'warn', 'GET /a 200', {
      event_kind: 'http.access',
      http_method: 'GET',
      endpoint: '/a',
      http_status: 200,
    }),
    line(30, 'error', 'replica 2 ran out of memory', { event_kind: 'process.oom' }),
    line(31, null, 'a line of no level'),
  ];
}

function changes(): Row[] {
  const change = (atS: number, kind: string, more: Row): Row => ({
    ...{ time: START + atS * 1000, event_kind: `change.${kind}`, change_kind: kind, class_uid: 6002 },
    ...{ service: 'web-api', change_status: 'applied', change_actor: 'ci', ...more },
  });
  return [
    change(1, 'deployment', { change_to: '1.0.0' }),
    change(20, 'deployment', { change_from: '1.0.0', change_to: '1.1.0' }),
    change(40, 'feature_flag', { change_from: 'x=false', change_to: 'x=true', change_status: 'failed' }),
  ];
}

const check = (name: string, ok: boolean | null, gate: boolean) => ({
  ...{ name, title: `the ${name}`, ok, gate, figure: '0', limit: '0' },
});

export function tinyContent(): Content {
  const auc = (name: string, features: string, roc_auc: number) => ({ name, features, onset: { roc_auc } });
  return {
    ...{ traces: traces(), logs: logs(), metrics: metrics(), changes: changes() },
    windows: [
      {
        ...{ case: 1, scenario: '02-heap-leak', truth: 'fault', affected_services: '["web-api"]' },
        ...{ start_ms: START + 15_000, trigger_ms: START + 20_000, onset_ms: START + 25_000 },
        ...{ impact_end_ms: START + 35_000, revert_ms: START + 34_000, end_ms: START + 40_000 },
      },
      {
        ...{ case: 2, scenario: '06-plain-flag', truth: 'benign', affected_services: '[]' },
        ...{ start_ms: START + 38_000, trigger_ms: START + 40_000, onset_ms: null },
        ...{ impact_end_ms: null, revert_ms: START + 50_000, end_ms: START + 55_000 },
      },
    ],
    quality: {
      ...{ sound: true, campaign: 'quick' },
      traffic: {
        ...{ scenario: '20-campaign', rate: 20, duration_s: 785 },
        command: 'FAULTLINE_HOLD=9s npm run dataset -- --campaign quick --seed 7',
      },
      checks: [check('rows', true, true), check('spans', false, false), check('prevalence', null, false)],
      conservation: { sent: 10, unanswered: { count: 0 } },
    },
    cases: {
      checks: [check('impact:02-heap-leak#1', true, false), check('onset:02-heap-leak#1', null, false)],
    },
    detectors: {
      checks: [],
      per_scenario: { '02-heap-leak': { detectors: [auc('lof', 'all', 0.8), auc('lof', 'logs', 0.6)] } },
    },
  };
}

const LETTERS = 'ghijklmnop';
/** Words of letters alone that are no hash: what differs in digits is one template. */
export const word = (i: number) => [...String(i)].map((digit) => LETTERS[Number(digit)]).join('');

/** Writes the folder of a dataset as `seal` does, but the manifest. */
export async function writeContent(content: Content): Promise<{ dir: string; close: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'report-'));
  const put = async (path: string, body: Uint8Array | string) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), body);
  };
  for (const name of ['traces', 'logs', 'metrics', 'changes'] as const)
    await put(`ocsf_${name}.parquet`, parquet(content[name], FLAT_COLUMNS));
  if (content.windows) await put(WINDOWS_FILE, parquet(content.windows, WINDOW_COLUMNS));
  if (content.quality) await put(QUALITY_FILE, JSON.stringify(content.quality));
  if (content.cases) await put(CASES_FILE, JSON.stringify(content.cases));
  if (content.detectors) await put(DETECTORS_FILE, JSON.stringify(content.detectors));
  return { dir, close: () => rm(dir, { recursive: true, force: true }) };
}

function parquet(rows: readonly Row[], columns: readonly { name: string; type: string }[]): Uint8Array {
  const columnData = columns.map(({ name, type }): ColumnSource => {
    const values = rows.map((row) => row[name] ?? null);
    const data = type === 'INT64' ? values.map((value) => (value === null ? null : BigInt(value))) : values;
    return { name, type: type as 'STRING', data };
  });
  return new Uint8Array(
    parquetWriteBuffer({ columnData, rowGroupSize: Math.max(7, Math.ceil(rows.length / 10)) }),
  );
}
