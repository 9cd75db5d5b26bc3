import type { Ledger } from '../dataset/manifest.ts';
import { writeLabels } from '../label/labels.ts';
import { TracesTouched } from '../label/traces.ts';
import { runNotComplete } from '../run/errors.ts';
import type { RunRecord } from '../run/record.ts';
import { GAP_MS } from '../split/split.ts';
import { writeSplits } from '../split/splits.ts';
import type { ObjectStore } from '../store/store.ts';
import type { RunTruth } from '../truth/record.ts';
import { Answers } from './cases/answers.ts';
import { ChangesSide } from './cases/change-events.ts';
import { IndicatorSamples } from './cases/indicators.ts';
import { measureCases } from './cases/measure.ts';
import { checksOf, type Judged } from './checks.ts';
import { type ClientPoints, readClientPoints } from './client-points.ts';
import { RowCounts, readFlat } from './flat-side.ts';
import { FRONT } from './front.ts';
import { leakSearch } from './leak-search.ts';
import { LEAK_WORDS } from './leaks.ts';
import { LogsSide } from './logs-side.ts';
import { MetricsSide } from './metrics-side.ts';
import type { Conservation, KindCount, LeakReport, Quality, Side } from './quality.ts';
import { type RawSide, readRawSide } from './raw-side.ts';
import { RequestIds } from './request-ids.ts';
import { TracesSide } from './traces-side.ts';

export interface JudgeOptions {
  readonly raw: ObjectStore;
  readonly record: RunRecord;
  /** Folder with the dataset's Parquet files, sealed or about to be. */
  readonly dir: string;
  /** What the converter counted; left out, only what lies in the dead letters is counted. */
  readonly ledger?: Ledger;
  /** What was done to the stack; left out, nothing was. Where nothing was done the sides must be equal, not only subsets. */
  readonly truth?: RunTruth | undefined;
  /** The stack started and stopped within the run's window. */
  readonly ownStack?: boolean;
  /** Words that must not be in the data, besides the usual ones and the scenario's name. */
  readonly leakWords?: readonly string[];
  /** Looked at between the readings. */
  readonly signal?: AbortSignal;
}

/** Kinds that come of the traffic, of itself. */
const TRAFFIC_KINDS = [
  ...[
    'http.access',
    'log',
    'http.server',
    'http.client',
    'db.query',
    'redis.op',
    'auth.login',
    'auth.validate',
  ],
  ...['queue.publish', 'queue.job', 'internal', 'metric.sample'],
];
/** Kinds that come of a stack's start and end. */
const STACK_KINDS = ['process.start', 'process.stop', 'change.deployment'];
/** They push metrics themselves. */
const OWN_SERVICES = [FRONT, 'auth-service', 'payment-worker', 'operator'];

/** Comparisons of the sides, in both directions. */
const COMPARED: readonly (readonly [Side, Side])[] = [
  ['sent', 'access_lines'],
  ['access_lines', 'sent'],
  ['answered', 'access_lines'],
  ['access_lines', 'server_spans'],
  ['server_spans', 'access_lines'],
  ['access_lines', 'rows_http_access'],
  ['rows_http_access', 'access_lines'],
  ['server_spans', 'rows_http_server'],
  ['rows_http_server', 'server_spans'],
];

/**
 * Judges a run by three readings that share no code with the converter: the client's points, the raw objects, the
 * Parquet. With a truth it judges its cases too, and writes `labels/` into the folder; beside it, how the run is split. Memory holds the request ids, span ids
 * and trace ids of the run. @throws `RUN_NOT_COMPLETE`, store errors
 */
export async function judgeRun(options: JudgeOptions): Promise<Quality> {
  const { raw, record, dir, ledger, truth, ownStack = true, leakWords = [] } = options;
  // What an interrupted run did in a case that it did not end is not in its truth.
  const faultFree = truth === undefined || (truth.complete && truth.cases.length === 0);
  const { end_ms } = record.window;
  if (end_ms === null) throw runNotComplete(record.run_id);
  const ids = new RequestIds();
  const key = record.traffic?.points_key;
  const client = key === undefined ? undefined : await readClientPoints({ raw, key, ids });
  const words = [...LEAK_WORDS, ...(record.traffic ? [record.traffic.scenario] : []), ...leakWords];
  await using leaks = await leakSearch({ dir, words });
  const rawSide = await readRawSide({ raw, record, ids, words });

  const counts = new RowCounts(record.window);
  const traces = new TracesSide(ids);
  const logs = new LogsSide({ ids, traces });
  const metrics = new MetricsSide(OWN_SERVICES);
  const changes = new ChangesSide();
  const answers = new Answers(client);
  const indicators = (truth?.cases ?? []).map(({ indicator }) =>
    indicator ? new IndicatorSamples(indicator) : undefined,
  );
  const samples = indicators.filter((one) => one !== undefined);
  const touched = new TracesTouched([...new Set(truth?.cases.flatMap(({ affected }) => affected.services))]);
  const { signal: stop } = options;
  stop?.throwIfAborted();
  await readFlat({ dir, signal: 'traces', sides: [counts, traces, touched] });
  await readFlat({ dir, signal: 'logs', sides: [counts, logs, answers, touched] });
  stop?.throwIfAborted();
  await readFlat({ dir, signal: 'metrics', sides: [counts, metrics, ...samples] });
  await readFlat({ dir, signal: 'changes', sides: [counts, changes] });
  answers.finish();

  stop?.throwIfAborted();
  const cases = truth ? measureCases({ truth, answers, samples: indicators }) : [];
  const labels = truth && (await writeLabels({ dir, truth, cases, traces: touched }));
  const window = { start_ms: record.window.start_ms, end_ms };
  await writeSplits({
    ...{ dir, runId: record.run_id, window, truth, cases },
    traces: touched.lasting(GAP_MS),
  });
  stop?.throwIfAborted();
  const judged: Judged = {
    ...{ run_id: record.run_id, seed: record.seed, target: record.target },
    ...{ campaign: truth?.campaign ?? null, traffic: trafficOf(record), versions: record.versions },
    window,
    conservation: conservationOf({ ids, client, rawSide }),
    lines: rawSide.lines,
    counters: {
      ...record.counters,
      sdk_dropped_spans: metrics.droppedSpans(),
      raw_unreadable_objects: rawSide.unreadable,
      dead_letter_objects: await deadLetters({ raw, record }),
      ...(ledger ? rejectsOf(ledger) : {}),
    },
    joins: { ...logs.joins(), ...traces.joins() },
    kinds: kindsOf(counts.kinds, [...TRAFFIC_KINDS, ...(ownStack ? STACK_KINDS : [])]),
    clock: { ...counts.clock(), offsets: traces.offsets() },
    leaks: withRaw(await leaks.found, rawSide.leaks),
    metrics: metrics.report(),
    change_events: truth ? changes.report(truth) : null,
    ...{ killed: logs.killed(), cases, prevalence: labels?.prevalence ?? null },
  };
  const checks = checksOf(judged, { faultFree });
  const sound = !checks.some(({ gate, ok }) => gate && ok === false);
  return { schema_version: 2, ...judged, sound, checks };
}

function trafficOf({ traffic }: RunRecord): Quality['traffic'] {
  if (!traffic) return null;
  const { scenario, rate, duration_s, command } = traffic;
  return { scenario, rate, duration_s, ...(command === undefined ? {} : { command }) };
}

interface Sides {
  readonly ids: RequestIds;
  readonly client: ClientPoints | undefined;
  readonly rawSide: RawSide;
}

function conservationOf({ ids, client, rawSide }: Sides): Conservation {
  const unanswered = client?.unanswered ?? [];
  const by_code: Record<string, number> = {};
  for (const { code } of unanswered) by_code[code] = (by_code[code] ?? 0) + 1;
  const compared = client
    ? COMPARED
    : COMPARED.filter((pair) => !pair.includes('sent') && !pair.includes('answered'));
  return {
    sent: ids.size('sent'),
    answered: ids.size('answered'),
    unanswered: { count: unanswered.length, by_code, requests: unanswered },
    without_id: client?.without_id ?? 0,
    malformed_points: client?.malformed ?? 0,
    repeated_points: client?.repeated ?? 0,
    access_lines: ids.size('access_lines'),
    repeated_access_lines: rawSide.repeated_access_lines,
    server_spans: ids.size('server_spans'),
    rows_http_access: ids.size('rows_http_access'),
    rows_http_server: ids.size('rows_http_server'),
    differences: compared.map(([side, other]) => ids.difference(side, other)),
    client: client ? (client.known ? 'read' : 'missing') : 'none',
  };
}

/** Of both the first are listed. */
function withRaw(leaks: LeakReport, raw: RawSide['leaks']): LeakReport {
  const found = raw.found.map(({ place, ...hit }) => ({ file: place, column: '(raw object)', ...hit }));
  return {
    ...leaks,
    texts: leaks.texts + raw.texts,
    count: leaks.count + raw.count,
    found: [...leaks.found, ...found],
  };
}

async function deadLetters({ raw, record }: { raw: ObjectStore; record: RunRecord }): Promise<number> {
  let count = 0;
  for await (const _ of raw.list(`dead-letter/${record.run_id}/`)) count++;
  return count;
}

const rejectsOf = ({ inputs }: Ledger): Record<string, number> =>
  Object.fromEntries(Object.entries(inputs).map(([input, { rejected }]) => [`rejected_${input}`, rejected]));

function kindsOf(counts: ReadonlyMap<string, number>, required: readonly string[]): KindCount[] {
  const others = [...counts.keys()].filter((kind) => !required.includes(kind)).sort();
  return [...required, ...others].map((kind) => ({
    kind,
    rows: counts.get(kind) ?? 0,
    expected: required.includes(kind),
  }));
}
