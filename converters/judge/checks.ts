import { caseChecks } from './cases/checks.ts';
import { WINDOW_MS } from './cases/quiet.ts';
import { check } from './check.ts';
import type { Quality, QualityCheck } from './quality.ts';

export type Judged = Omit<Quality, 'checks' | 'sound' | 'schema_version'>;

/** What is expected of a run, by the design and the scenarios' rules. */
const LIMITS = { joined: 0.95, orphans: 0.02, wide: 0.5, offset_ms: 50, metric_gaps: 0.02 };

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
    ...caseChecks(judged.cases),
    ...labelChecks(judged),
  ];
}

function conservationChecks({ conservation, lines, killed }: Judged, faultFree: boolean): QualityCheck[] {
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
      name: 'client',
      title: faultFree ? equalTitle : subsetTitle,
      gate: true,
      ok: points === 'none' ? null : clientKnown && (faultFree ? client : subset) === 0,
      figure: clientKnown ? `${faultFree ? client : subset} ids differ` : `points of the client: ${points}`,
      limit: 0,
    }),
    check({
      ...{ name: 'client_points', title: 'client points with one request id each', limit: 0 },
      ok: clientKnown ? clean : null,
      figure: `${conservation.without_id} without, ${conservation.repeated_points} repeated, ${conservation.malformed_points} malformed`,
    }),
    check({
      ...{ name: 'unanswered', title: 'requests without an answer', limit: faultFree ? 0 : 'listed' },
      ok: clientKnown ? !faultFree || unanswered.count === 0 : null,
      figure: unanswered.count,
    }),
    check({
      ...{ name: 'access_once', title: 'one access line a request', gate: true, limit: '0 repeated' },
      ok: conservation.repeated_access_lines === 0,
      figure: conservation.repeated_access_lines,
    }),
    check({
      ...{ name: 'spans', title: 'access lines = server spans of web-api (raw)', gate: faultFree, limit: 0 },
      ok: spans === 0,
      figure: `${spans} ids differ`,
    }),
    check({
      ...{ name: 'rows', title: 'raw access lines and server spans = Parquet rows', gate: true, limit: 0 },
      ok: rows === 0,
      figure: `${rows} ids differ`,
    }),
    check({
      ...{ name: 'lines', title: 'no gap in the line numbers of a process', limit: 0 },
      gate: faultFree || !Object.keys(lines.missing_of).every((service) => killed.includes(service)),
      ok: lines.lines === 0 ? null : lines.missing === 0,
      figure: `${lines.missing} missing of ${lines.lines + lines.missing}`,
    }),
  ];
}

/** Requests that the client did not make, since answers kept it waiting: with faults they may. */
const OF_THE_CLIENT = ['dropped_iterations', 'client_dropped_iterations'];

/** Where something was done to the stack, a process that was killed explains what was its own to lose; else it is a hole that nobody made. */
function lossChecks({ counters, killed }: Judged, faultFree: boolean): QualityCheck[] {
  const isExplained = (counter: string) =>
    OF_THE_CLIENT.includes(counter) ||
    (counter === 'sdk_dropped_spans' && killed.length > 0) ||
    (counter.startsWith('collector_') && killed.includes('collector'));
  return Object.entries(counters).map(([counter, value]) =>
    check({
      ...{ name: `counter_${counter}`, title: `counter ${counter}`, limit: 0 },
      gate: faultFree || !isExplained(counter),
      ok: value === null ? null : value === 0,
      figure: value ?? 'not read',
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
        name: 'log_trace',
        title: 'request-scoped log lines whose trace is there',
        limit: `≥ ${percent(LIMITS.joined)}`,
      },
      ok: atLeast(joined, LIMITS.joined),
      figure: percent(joined),
    }),
    check({
      ...{ name: 'orphans', title: 'spans whose parent is missing', limit: `≤ ${percent(LIMITS.orphans)}` },
      ok: orphans === null ? null : orphans <= LIMITS.orphans,
      figure: `${percent(orphans)} (${joins.orphans})`,
    }),
    check({
      ...{
        name: 'wide',
        title: 'request traces over two services or more',
        limit: `≥ ${percent(LIMITS.wide)}`,
      },
      ok: atLeast(wide, LIMITS.wide),
      figure: percent(wide),
    }),
    check({
      ...{ name: 'queue', title: 'traces web-api → queue → payment-worker → postgres', limit: '≥ 1' },
      ok: joins.request_traces === 0 ? null : joins.queue_traces >= 1,
      figure: joins.queue_traces,
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
      ...{ name: 'kinds', title: 'every expected kind of event is there', limit: 'none missing' },
      ok: missing.length === 0,
      figure: missing.length === 0 ? 'all' : `missing: ${missing.join(', ')}`,
    }),
    check({
      ...{ name: 'window', title: 'every time is inside the window', gate: true, limit: '0 outside' },
      ok: clock.outside_window === 0,
      figure: clock.outside_window,
    }),
    check({
      ...{
        name: 'offsets',
        title: 'clocks of the services agree',
        gate: true,
        limit: `≤ ${LIMITS.offset_ms} ms`,
      },
      ok: clock.offsets.length === 0 ? null : worst <= LIMITS.offset_ms,
      figure: clock.offsets.length === 0 ? 'no client and server span of one call' : `${worst} ms`,
    }),
    check({
      ...{ name: 'leaks', title: 'no word that tells of the ground truth', gate: true, limit: '0 texts' },
      ok: leaks.count === 0,
      figure:
        leaks.count === 0
          ? 0
          : `${leaks.count}: ${[...new Set(leaks.found.map(({ word }) => word))].join(', ')}`,
    }),
    check({
      ...{
        name: 'metric_gaps',
        title: 'metric samples missing outside restarts',
        limit: `≤ ${percent(LIMITS.metric_gaps)}`,
      },
      ok: gaps === null ? null : gaps <= LIMITS.metric_gaps,
      figure: `${percent(gaps)} (${metrics.missing})`,
    }),
  ];
}

function labelChecks({ campaign, cases, change_events, window, clock, prevalence }: Judged): QualityCheck[] {
  if (prevalence === null) return [];
  const times = cases.flatMap((one) => Object.entries(one).filter(([name]) => name.endsWith('_ms')));
  // where traffic begins and ends with a case, its first and last events are a moment within it
  const from = Math.max(window.start_ms, (clock.first_ms ?? Number.POSITIVE_INFINITY) - WINDOW_MS);
  const to = Math.min(window.end_ms, (clock.last_ms ?? Number.NEGATIVE_INFINITY) + WINDOW_MS);
  const lies = (time: unknown) => time === null || (Number(time) >= from && Number(time) <= to);
  const outside = times.filter(([, time]) => !lies(time));
  const share = prevalence.windows === 0 ? null : prevalence.positive / prevalence.windows;
  return [
    check({
      ...{
        name: 'labels',
        title: 'every time of the labels lies inside the window, and the data reach as far (to 10 s)',
        gate: true,
        limit: '0 outside',
      },
      ok: outside.length === 0,
      figure:
        outside.length === 0
          ? 0
          : `${outside.length}: ${[...new Set(outside.map(([name]) => name))].join(', ')}`,
    }),
    check({
      ...{
        name: 'change_events',
        title: 'every applied change has its own event, at its time',
        limit: 'all',
      },
      ok: change_events && change_events.missing.length + change_events.elsewhen.length === 0,
      figure: change_events
        ? `${change_events.applied} applied, ${change_events.missing.length} without, ${change_events.elsewhen.length} at another time`
        : 'no change',
    }),
    check({
      ...{ name: 'prevalence', title: 'windows of 10 s of a service that are anomalous' },
      limit: '1 to 10 % in a standard campaign',
      ok: campaign === 'standard' && share !== null ? share >= 0.01 && share <= 0.1 : null,
      figure: `${percent(share)} (${prevalence.positive} of ${prevalence.windows})`,
    }),
  ];
}

export const percent = (share: number | null) =>
  share === null ? 'none to judge' : `${Math.round(share * 10_000) / 100} %`;
