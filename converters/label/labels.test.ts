import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openParquet } from '../dataset/parquet.ts';
import { EVENTS_FILE, WINDOWS_FILE } from '../dataset/verify-labels.ts';
import {
  at,
  type CaseRun,
  checkOf,
  judgedCases,
  SLOW_QUERY,
  TRUTH,
} from '../judge/cases/cases.test-world.ts';
import { compareKeys } from '../store/keys.ts';
import type { RunTruth } from '../truth/record.ts';
import { EVENT_COLUMNS } from './labels.ts';
import { WINDOW_COLUMNS } from './windows.ts';

type Row = Record<string, unknown>;

async function rowsOf(file: string): Promise<Row[]> {
  const parquet = await openParquet(file);
  try {
    const rows: Row[] = [];
    for await (const batch of parquet.objects())
      for (const row of batch)
        rows.push(
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name,
              typeof value === 'bigint' ? Number(value) : value,
            ]),
          ),
        );
    return rows;
  } finally {
    await parquet.close();
  }
}

async function labelled(t: TestContext, run: CaseRun = {}) {
  const { quality, world } = await judgedCases(t, run);
  const [windows, events] = await Promise.all(
    [WINDOWS_FILE, EVENTS_FILE].map((file) => rowsOf(join(world.dir, file))),
  );
  const byUid = new Map((events ?? []).map((row) => [row.event_uid, row]));
  const of = (uid: string) => byUid.get(uid) ?? {};
  return { quality, dir: world.dir, windows: windows ?? [], events: events ?? [], of };
}

test('one row a case, with what was done, when it showed, and the verdicts', async (t) => {
  const { windows, dir } = await labelled(t);
  assert.equal(windows.length, 2);
  const [fault = {}, twin = {}] = windows;
  const expected: Row = {
    ...{
      case: 1,
      scenario: '05-slow-query',
      kind: 'slow_query',
      truth: 'fault',
      twin: '09-new-index',
      seed: 7,
    },
    ...{ change_uid: 'c-1', revert_uid: 'c-2', change_kind: 'migration', change_service: 'postgres' },
    ...{ change_from: 'pending', change_to: 'applied' },
    change_request: JSON.stringify(SLOW_QUERY.change?.request),
    revert_request: JSON.stringify(SLOW_QUERY.revert?.request),
    ...{ affected_services: '["web-api","postgres"]', affected_routes: '["/api/users"]', load_factor: 1 },
    ...{ start_ms: at(20), trigger_ms: at(40), acknowledged_ms: at(41), rollout_end_ms: null },
    ...{ onset_ms: at(40), impact_end_ms: at(91), revert_ms: at(90), revert_acknowledged_ms: at(91) },
    ...{ recovery_end_ms: at(91), end_ms: at(120) },
    indicator: 'postgresql.sequential_scans{postgresql.table.name=public.orders} of postgres, rate',
    ...{ indicator_before: 2, indicator_during: 25, indicator_delta: 1, impact_delta: 1 },
    ...{ p99_before_ms: 25, p99_during_ms: 289, errors_before: 0, errors_during: 0 },
    ...{ mechanism: 'passed', impact: 'impact', recovery: 'passed' },
  };
  assert.deepEqual(fault, expected);
  assert.deepEqual([twin.onset_ms, twin.impact_end_ms, twin.impact], [null, null, 'no_impact']);
  const parquet = await openParquet(join(dir, WINDOWS_FILE));
  t.after(() => parquet.close());
  assert.deepEqual(
    parquet.columns,
    WINDOW_COLUMNS.map(({ name }) => name),
  );
});

/** Number of the request of a second that asks for the watched route, or not. */
const requestAt = (events: readonly Row[], from: number, positive: boolean) =>
  events.find(
    ({ time, event_kind, label }) =>
      event_kind === 'http.server' && Number(time) >= at(from) && label === Number(positive),
  )?.event_uid as string;

test('a trace is positive as a whole, where it began in the impact and is about the affected route', async (t) => {
  const { events, of } = await labelled(t);
  const positive = events.filter(({ label }) => label === 1);
  assert.ok(positive.length > 300, `${positive.length}`);
  assert.ok(positive.every((row) => row.case === 1 && row.change_uid === 'c-1'));
  assert.ok(events.every((row) => row.is_anomaly === row.label));
  assert.ok(events.every((row) => row.anomaly_reason === (row.label === 1 ? 'slow_query' : null)));
  const span = requestAt(events, 45, true);
  const [server, line] = [of(span), of(span.replace('s-', 'l-'))];
  assert.deepEqual(
    [server.label, server.affected_service, server.phase, line.label],
    [1, 'web-api', 'impact', 1],
  );
  // Of the same seconds, another route.
  assert.equal(of(requestAt(events, 45, false)).affected_service, null);
  // The job comes 2 s later: of a request before the end it is positive, of one before the onset it is not.
  const jobs = events.filter(({ event_kind }) => event_kind === 'queue.job');
  const late = jobs.filter(({ time }) => Number(time) >= at(91) && Number(time) < at(93));
  const early = jobs.filter(({ time }) => Number(time) >= at(40) && Number(time) < at(42));
  assert.ok(early.length === 2 && early.every(({ label }) => label === 0));
  const lateOnes = late.map(({ event_uid, label }) => [
    of(String(event_uid).replace('j-', 's-')).label,
    label,
  ]);
  assert.ok(lateOnes.length === 2 && lateOnes.every(([root, job]) => root === job));
});

test('what has no trace is positive in the interval, of an affected service', async (t) => {
  const { of } = await labelled(t, {
    change: ({ logs }) =>
      void logs.push(
        { time: at(60), event_uid: 'x-1', event_kind: 'log', service: 'postgres' },
        { time: at(60), event_uid: 'x-2', event_kind: 'log', service: 'auth-service' },
        { time: at(95), event_uid: 'x-3', event_kind: 'log', service: 'postgres' },
        { time: at(60), event_uid: 'x-4', event_kind: 'log', service: 'web-api', trace_id: 'ff'.repeat(16) },
      ),
  });
  assert.deepEqual(
    ['m-53', 'm-33', 'x-1', 'x-2', 'x-3', 'x-4'].map((uid) => of(uid).label),
    [1, 0, 1, 0, 0, 0],
  );
});

test('every event of a case is there once, in order, with its phase; no event of another time is', async (t) => {
  const { events, of } = await labelled(t);
  const order = events.map(({ time, event_uid }) => [Number(time), String(event_uid)] as const);
  for (let i = 1; i < order.length; i++) {
    const [[time, uid] = [0, ''], [before, last] = [0, '']] = [order[i], order[i - 1]];
    assert.ok(time > before || (time === before && compareKeys(uid, last) > 0));
  }
  for (const { time, case: number } of events) {
    const [from, to] = number === 1 ? [20, 120] : [150, 225];
    assert.ok(Number(time) >= at(from) && Number(time) < at(to));
  }
  const phases = (number: number) => [
    ...new Set(events.filter((row) => row.case === number).map(({ phase }) => phase)),
  ];
  assert.deepEqual(phases(1), ['baseline', 'impact', 'cooldown']);
  assert.deepEqual(phases(2), ['baseline', 'hold', 'cooldown']);
  assert.deepEqual([of('change-0').case, of('change-2').case], [1, 2]);
  assert.equal(of('p-0').case, undefined);
  assert.deepEqual(
    Object.keys(events[0] ?? {}),
    EVENT_COLUMNS.map(({ name }) => name),
  );
});

test('phases of a replacement: judged apart before the onset and after the revert', async (t) => {
  const deployment = (change: RunTruth['cases'][number]['change']) =>
    change && { ...change, kind: 'deployment' };
  const one = { ...SLOW_QUERY, change: deployment(SLOW_QUERY.change), revert: deployment(SLOW_QUERY.revert) };
  const { events } = await labelled(t, {
    truth: { ...TRUTH, cases: [one] },
    scrape: 5,
    scans: (second) => (second >= 58 && second < 91 ? 25 : 2),
  });
  const spans = new Map<unknown, [number, number]>();
  for (const { phase, time } of events) {
    const second = Math.floor((Number(time) - at(0)) / 1000);
    const [from, to] = spans.get(`${phase}`) ?? [second, second];
    spans.set(`${phase}`, [Math.min(from, second), Math.max(to, second)]);
  }
  assert.deepEqual(spans.get('baseline'), [20, 39]);
  assert.deepEqual(spans.get('before_onset'), [55, 57]);
  assert.deepEqual(spans.get('impact'), [58, 90]);
  assert.deepEqual(spans.get('cooldown'), [105, 119]);
  assert.deepEqual(spans.get('rollout'), [40, 104]);
});

test('without an onset nothing is positive, and the share of positive windows is told', async (t) => {
  const quiet = await labelled(t, { scans: () => 2 });
  assert.equal(quiet.events.filter(({ label }) => label === 1).length, 0);
  assert.match(checkOf(quiet.quality, 'prevalence')?.figure ?? '', /^0 % \(0 of \d+\)$/);
  const { quality, events } = await labelled(t);
  const changes = events.filter(({ event_kind }) => String(event_kind).startsWith('change.'));
  assert.deepEqual([changes.length, changes.filter(({ label }) => label !== 0).length], [4, 0]);
  assert.deepEqual(quality.prevalence?.positive, 11);
  assert.equal(checkOf(quality, 'prevalence')?.ok, null);
  const standard = await labelled(t, { truth: { ...TRUTH, campaign: 'standard' } });
  assert.equal(checkOf(standard.quality, 'prevalence')?.ok, false);
});

test('a label outside the data keeps a dataset from being published', async (t) => {
  const ending = async (end_ms: number) => {
    const later = { ...SLOW_QUERY.phases, cooldown: { ...SLOW_QUERY.phases.cooldown, end_ms } };
    const truth = { ...TRUTH, cases: [{ ...SLOW_QUERY, phases: later }] };
    // without the end of the processes, as of a stack that stays: the run is longer than its data
    return (await labelled(t, { truth, change: ({ changes }) => void changes.pop() })).quality;
  };
  const outside = await ending(at(400));
  const { ok, gate, figure } = checkOf(outside, 'labels') ?? {};
  assert.deepEqual([ok, gate, figure, outside.sound], [false, true, '1: end_ms', false]);
  const last = outside.clock.last_ms ?? 0;
  assert.ok(last + 10_001 < outside.window.end_ms, 'the window is wider than the data');
  const found = async (behind: number) => checkOf(await ending(last + behind), 'labels')?.ok;
  assert.deepEqual([await found(122), await found(10_001)], [true, false]);
});
