import type { Quality, QualityCheck } from './quality.ts';

export type Judged = Omit<Quality, 'checks' | 'sound' | 'schema_version'>;

/** What is expected of a run, by the design and the scenarios' rules. */
const LIMITS = { joined: 0.95, orphans: 0.02, wide: 0.5, offset_ms: 50, metric_gaps: 0.02 };

interface CheckOptions {
  readonly id: string;
  readonly title: string;
  readonly gate?: boolean;
  readonly passed: boolean | null;
  readonly value: string | number;
  readonly limit: string | number;
}

const check = ({ gate = false, value, limit, ...rest }: CheckOptions): QualityCheck => ({
  ...rest,
  gate,
  value: String(value),
  limit: String(limit),
});

/**
 * @param faultFree no fault, restart or replacement was applied: the sides must be equal. Otherwise
 *   answered ⊆ access lines ⊆ sent must hold.
 */
export function checksOf(judged: Judged, { faultFree }: { faultFree: boolean }): QualityCheck[] {
  return [
    ...conservationChecks(judged, faultFree),
    ...lossChecks(judged, faultFree),
    ...joinChecks(judged),
    ...dataChecks(judged),
  ];
}

function conservationChecks({ conservation, lines }: Judged, faultFree: boolean): QualityCheck[] {
  const { differences, client: points, unanswered } = conservation;
  const clientKnown = points === 'read';
  const differing = (filter: (difference: (typeof differences)[number]) => boolean) =>
    differences.filter(filter).reduce((sum, { count }) => sum + count, 0);
  const byClient = (side: string) => side === 'sent' || side === 'answered';
  const client = differing(({ in: side, not_in }) => byClient(side) || byClient(not_in));
  const subset = differing(({ in: side, not_in }) => side === 'answered' || not_in === 'sent');
  const rows = differing(({ in: side, not_in }) => `${side} ${not_in}`.includes('rows_'));
  const spans = differing(
    ({ in: side, not_in }) => [side, not_in].sort().join() === 'access_lines,server_spans',
  );
  const clean = conservation.repeated_points + conservation.malformed_points + conservation.without_id === 0;
  const equalTitle = 'every request sent has one access line, and no other has';
  const subsetTitle = 'answered ⊆ access lines ⊆ sent';
  return [
    check({
      id: 'client',
      title: faultFree ? equalTitle : subsetTitle,
      gate: true,
      passed: points === 'none' ? null : clientKnown && (faultFree ? client : subset) === 0,
      value: clientKnown ? `${faultFree ? client : subset} ids differ` : `points of the client: ${points}`,
      limit: 0,
    }),
    check({
      ...{ id: 'client_points', title: 'client points with one request id each', limit: 0 },
      passed: clientKnown ? clean : null,
      value: `${conservation.without_id} without, ${conservation.repeated_points} repeated, ${conservation.malformed_points} malformed`,
    }),
    check({
      ...{ id: 'unanswered', title: 'requests without an answer', limit: faultFree ? 0 : 'listed' },
      passed: clientKnown ? !faultFree || unanswered.count === 0 : null,
      value: unanswered.count,
    }),
    check({
      ...{ id: 'access_once', title: 'one access line a request', gate: true, limit: '0 repeated' },
      passed: conservation.repeated_access_lines === 0,
      value: conservation.repeated_access_lines,
    }),
    check({
      ...{ id: 'spans', title: 'access lines = server spans of web-api (raw)', gate: faultFree, limit: 0 },
      passed: spans === 0,
      value: `${spans} ids differ`,
    }),
    check({
      ...{ id: 'rows', title: 'raw access lines and server spans = Parquet rows', gate: true, limit: 0 },
      passed: rows === 0,
      value: `${rows} ids differ`,
    }),
    check({
      ...{ id: 'lines', title: 'no gap in the line numbers of a process', gate: faultFree, limit: 0 },
      passed: lines.lines === 0 ? null : lines.missing === 0,
      value: `${lines.missing} missing of ${lines.lines + lines.missing}`,
    }),
  ];
}

/** With faults some are meant to move; without, whatever was lost is a hole that nobody made. */
function lossChecks({ counters }: Judged, faultFree: boolean): QualityCheck[] {
  return Object.entries(counters).map(([name, value]) =>
    check({
      ...{ id: `counter_${name}`, title: `counter ${name}`, gate: faultFree, limit: 0 },
      passed: value === null ? null : value === 0,
      value: value ?? 'not read',
    }),
  );
}

function joinChecks({ joins }: Judged): QualityCheck[] {
  const share = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  const joined = share(joins.joined_logs, joins.request_logs);
  const orphans = share(joins.orphans, joins.spans);
  const wide = share(joins.wide_traces, joins.request_traces);
  const atLeast = (value: number | null, limit: number) => (value === null ? null : value >= limit);
  return [
    check({
      ...{
        id: 'log_trace',
        title: 'request-scoped log lines whose trace is there',
        limit: `≥ ${percent(LIMITS.joined)}`,
      },
      passed: atLeast(joined, LIMITS.joined),
      value: percent(joined),
    }),
    check({
      ...{ id: 'orphans', title: 'spans whose parent is missing', limit: `≤ ${percent(LIMITS.orphans)}` },
      passed: orphans === null ? null : orphans <= LIMITS.orphans,
      value: `${percent(orphans)} (${joins.orphans})`,
    }),
    check({
      ...{
        id: 'wide',
        title: 'request traces over two services or more',
        limit: `≥ ${percent(LIMITS.wide)}`,
      },
      passed: atLeast(wide, LIMITS.wide),
      value: percent(wide),
    }),
    check({
      ...{ id: 'queue', title: 'traces web-api → queue → payment-worker → postgres', limit: '≥ 1' },
      passed: joins.request_traces === 0 ? null : joins.queue_traces >= 1,
      value: joins.queue_traces,
    }),
  ];
}

function dataChecks({ kinds, clock, leaks, metrics }: Judged): QualityCheck[] {
  const missing = kinds.filter(({ expected, rows }) => expected && rows === 0).map(({ kind }) => kind);
  const worst = clock.offsets.reduce((most, { offset_ms }) => Math.max(most, Math.abs(offset_ms)), 0);
  const due = metrics.samples + metrics.missing;
  const gaps = due === 0 ? null : metrics.missing / due;
  return [
    check({
      ...{ id: 'kinds', title: 'every expected kind of event is there', limit: 'none missing' },
      passed: missing.length === 0,
      value: missing.length === 0 ? 'all' : `missing: ${missing.join(', ')}`,
    }),
    check({
      ...{ id: 'window', title: 'every time is inside the window', gate: true, limit: '0 outside' },
      passed: clock.outside_window === 0,
      value: clock.outside_window,
    }),
    check({
      ...{
        id: 'offsets',
        title: 'clocks of the services agree',
        gate: true,
        limit: `≤ ${LIMITS.offset_ms} ms`,
      },
      passed: clock.offsets.length === 0 ? null : worst <= LIMITS.offset_ms,
      value: clock.offsets.length === 0 ? 'no client and server span of one call' : `${worst} ms`,
    }),
    check({
      ...{ id: 'leaks', title: 'no word that tells of the ground truth', gate: true, limit: '0 texts' },
      passed: leaks.count === 0,
      value:
        leaks.count === 0
          ? 0
          : `${leaks.count}: ${[...new Set(leaks.found.map(({ word }) => word))].join(', ')}`,
    }),
    check({
      ...{ id: 'metric_gaps', title: 'metric samples missing', limit: `≤ ${percent(LIMITS.metric_gaps)}` },
      passed: gaps === null ? null : gaps <= LIMITS.metric_gaps,
      value: `${percent(gaps)} (${metrics.missing})`,
    }),
  ];
}

export const percent = (share: number | null) =>
  share === null ? 'none to judge' : `${Math.round(share * 10_000) / 100} %`;
