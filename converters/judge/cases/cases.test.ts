import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunTruth } from '../../truth/record.ts';
import { formatQuality } from '../format.ts';
import {
  at,
  checkOf,
  judgedCases,
  NEW_INDEX,
  SCANNED,
  SLOW,
  SLOW_QUERY,
  span,
  TRUTH,
  WATCHED,
} from './cases.test-world.ts';

const with_ = (fault: Partial<typeof SLOW_QUERY>, benign: Partial<typeof NEW_INDEX> = {}): RunTruth => ({
  ...TRUTH,
  cases: [
    { ...SLOW_QUERY, ...fault },
    { ...NEW_INDEX, ...benign },
  ],
});

test('a fault that works and passes, and its twin that nobody notices', async (t) => {
  const { quality } = await judgedCases(t);
  const [fault, twin] = quality.cases;
  assert.deepEqual(fault?.verdicts, { mechanism: 'passed', impact: 'impact', recovery: 'passed' });
  assert.deepEqual(twin?.verdicts, { mechanism: 'not_judged', impact: 'no_impact', recovery: 'not_judged' });
  const { onset_ms, impact_end_ms, recovery_end_ms, mechanism } = fault ?? {};
  // The counter is read every 10 s: the first higher rate is that of 33 to 43 s, in which the change was made.
  assert.deepEqual([onset_ms, impact_end_ms, recovery_end_ms], [at(40), at(91), at(91)]);
  assert.deepEqual([mechanism?.before, mechanism?.during, mechanism?.delta], [2, 25, 1]);
  assert.ok(quality.sound);
  for (const name of ['mechanism', 'onset', 'impact', 'recovery'])
    assert.deepEqual([checkOf(quality, `${name}:05-slow-query#1`)?.ok, name], [true, name]);
  assert.equal(checkOf(quality, 'impact:09-new-index#2')?.ok, true);
  assert.equal(checkOf(quality, 'mechanism:09-new-index#2'), undefined);
  const { seed, target, campaign, versions } = quality;
  assert.deepEqual([seed, target, campaign, versions], [7, 'embedded', 'quick', { node: '20.20.2' }]);
  assert.match(formatQuality(quality), /✔ {2}05-slow-query: the customers notice it +impact: δ 1, p99 25 → /);
});

test('a mechanism that does not show is marked, and has no onset', async (t) => {
  const { quality } = await judgedCases(t, { scans: () => 2 });
  const [fault] = quality.cases;
  assert.deepEqual([fault?.onset_ms, fault?.impact_end_ms], [null, null]);
  assert.equal(fault?.verdicts.mechanism, 'failed');
  assert.equal(checkOf(quality, 'mechanism:05-slow-query#1')?.ok, false);
  assert.equal(checkOf(quality, 'onset:05-slow-query#1')?.ok, false);
  // Judged from the trigger then.
  assert.equal(fault?.verdicts.impact, 'impact');
  assert.ok(quality.sound, 'a mark is no gate');
});

test('an indicator that is not in the data proves nothing', async (t) => {
  const { quality } = await judgedCases(t, { change: (content) => void content.metrics.splice(0) });
  assert.equal(quality.cases[0]?.verdicts.mechanism, 'not_judged');
  const { ok, figure } = checkOf(quality, 'mechanism:05-slow-query#1') ?? {};
  assert.deepEqual([ok, figure], [false, 'no sample to judge by']);
});

test('one sample beyond is no onset, and the other way is none', async (t) => {
  const spike = await judgedCases(t, { scrape: 5, scans: (s) => (s >= 58 && s < 63 ? 25 : 2) });
  assert.equal(spike.quality.cases[0]?.onset_ms, null);
  const down = await judgedCases(t, { scans: (s) => (SCANNED(s) > 2 ? 0 : 2) });
  assert.equal(down.quality.cases[0]?.verdicts.mechanism, 'failed');
});

test('an onset that comes late is measured from its first sample', async (t) => {
  const { quality } = await judgedCases(t, { scrape: 5, scans: (s) => (s >= 58 && s < 91 ? 25 : 2) });
  assert.equal(quality.cases[0]?.onset_ms, at(58));
  assert.equal(checkOf(quality, 'onset:05-slow-query#1')?.figure, '18 s');
});

test('a fault without impact is kept and marked; one in between is unclear', async (t) => {
  const none = await judgedCases(t, { effect: () => ({}) });
  assert.equal(none.quality.cases[0]?.verdicts.impact, 'no_impact');
  assert.equal(checkOf(none.quality, 'impact:05-slow-query#1')?.ok, false);
  const some = await judgedCases(t, {
    effect: (request) => (SLOW(request).times ? { times: 1.3 } : {}),
  });
  assert.equal(some.quality.cases[0]?.verdicts.impact, 'unclear');
  assert.equal(checkOf(some.quality, 'impact:05-slow-query#1')?.ok, null);
});

test('what happens on other routes is none of the case', async (t) => {
  const { quality } = await judgedCases(t, {
    effect: ({ route, second }) =>
      route !== WATCHED && second >= 41 && second < 91 ? { times: 12, status: 503 } : {},
  });
  assert.equal(quality.cases[0]?.verdicts.impact, 'no_impact');
});

test('errors are slower than any answer: 5xx, and requests without an answer', async (t) => {
  for (const status of [503, 0]) {
    const { quality } = await judgedCases(t, {
      effect: ({ route, second, draw }) =>
        route === WATCHED && second >= 41 && second < 91 && draw < 0.2 ? { status } : {},
    });
    const { verdicts, impact } = quality.cases[0] ?? {};
    assert.equal(verdicts?.impact, 'impact');
    assert.equal(impact?.delta, 1);
    assert.ok((impact?.errors_during ?? 0) > 0.1 && impact?.errors_before === 0);
    assert.equal(impact?.p99_during_ms !== null && impact?.p99_during_ms <= 25, true);
    assert.ok(quality.sound, JSON.stringify(quality.checks.filter(({ ok }) => ok === false)));
    if (status === 0) assert.ok(quality.conservation.unanswered.count > 20);
  }
});

test('a twin that customers notice is told, one a little slower is unclear, and nobody notices 5 ms', async (t) => {
  const in_ = (times: number) => ({
    effect: (request: Parameters<typeof SLOW>[0]) =>
      request.route === WATCHED && request.second >= 170 && request.second < 211 ? { times } : SLOW(request),
  });
  const noticed = await judgedCases(t, in_(8));
  assert.equal(noticed.quality.cases[1]?.verdicts.impact, 'impact');
  assert.equal(checkOf(noticed.quality, 'impact:09-new-index#2')?.ok, false);
  const hardly = await judgedCases(t, in_(1.2));
  assert.equal(hardly.quality.cases[1]?.verdicts.impact, 'no_impact');
  assert.ok((hardly.quality.cases[1]?.impact?.exact_delta ?? 0) > 0.15);
  const slower = await judgedCases(t, in_(1.35));
  assert.equal(slower.quality.cases[1]?.verdicts.impact, 'unclear');
  assert.equal(checkOf(slower.quality, 'impact:09-new-index#2')?.ok, null);
});

test('the replacement of processes is judged apart', async (t) => {
  const deployed = { kind: 'deployment', ...span(170, 171) };
  const change = { ...NEW_INDEX.change, ...deployed } as NonNullable<typeof NEW_INDEX.change>;
  const effect: typeof SLOW = (request) =>
    request.second >= 170 && request.second < 184 ? { status: 0 } : SLOW(request);
  const apart = await judgedCases(t, { truth: with_({}, { change }), effect });
  assert.equal(apart.quality.cases[1]?.rollout_end_ms, at(185));
  assert.equal(apart.quality.cases[1]?.verdicts.impact, 'no_impact');
  // The same under a change that replaces nothing.
  const within = await judgedCases(t, { effect });
  assert.notEqual(within.quality.cases[1]?.verdicts.impact, 'no_impact');
});

test('a fault that is taken back and goes on is told', async (t) => {
  const { quality } = await judgedCases(t, {
    effect: (request) =>
      request.route === WATCHED && request.second >= 41 && request.second < 140 ? { times: 12 } : {},
  });
  assert.equal(quality.cases[0]?.recovery_end_ms, null);
  assert.equal(checkOf(quality, 'recovery:05-slow-query#1')?.ok, false);
});

test('recovery takes as long as customers are served worse', async (t) => {
  const { quality } = await judgedCases(t, {
    effect: (request) =>
      request.route === WATCHED && request.second >= 41 && request.second < 99 ? { times: 12 } : {},
  });
  assert.equal(quality.cases[0]?.recovery_end_ms, at(101));
  assert.equal(checkOf(quality, 'recovery:05-slow-query#1')?.figure, '10 s after its revert');
});

test('one sample is an onset where nothing takes the change back: it may be over before the next', async (t) => {
  const spike = { scrape: 5, scans: (s: number) => (s >= 43 && s < 48 ? 25 : 2) };
  const mends = await judgedCases(t, { ...spike, truth: with_({ revert: null }) });
  assert.equal(mends.quality.cases[0]?.onset_ms, at(43));
  const held = await judgedCases(t, spike);
  assert.equal(held.quality.cases[0]?.onset_ms, null);
});

test('what passes by itself ends when customers are served as before', async (t) => {
  const truth = with_({ revert: null });
  const passes = (until: number) => ({
    truth,
    effect: ({ second, route }: Parameters<typeof SLOW>[0]) =>
      route === WATCHED && second >= 41 && second < until ? { times: 12 } : {},
  });
  const passed = await judgedCases(t, passes(54));
  assert.deepEqual(
    [passed.quality.cases[0]?.impact_end_ms, passed.quality.cases[0]?.recovery_end_ms],
    [at(55), at(55)],
  );
  const stays = await judgedCases(t, passes(200));
  assert.deepEqual(
    [stays.quality.cases[0]?.impact_end_ms, stays.quality.cases[0]?.recovery_end_ms],
    [at(90), null],
  );
  assert.equal(checkOf(stays.quality, 'recovery:05-slow-query#1')?.ok, false);
});

test('what is over within seconds lasts a slice all the same', async (t) => {
  const { quality } = await judgedCases(t, { truth: with_({ revert: null }), effect: () => ({}) });
  const [one] = quality.cases;
  assert.ok(one?.onset_ms);
  assert.deepEqual([one.impact_end_ms, one.recovery_end_ms], [one.onset_ms + 5_000, one.onset_ms + 5_000]);
});

test('a change that failed is not judged, and marked as what it is', async (t) => {
  const change = { ...SLOW_QUERY.change, status: 'failed', error: 'no such migration' } as never;
  const { quality } = await judgedCases(t, { truth: with_({ change }) });
  const verdicts = Object.values(quality.cases[0]?.verdicts ?? {});
  assert.deepEqual([...new Set(verdicts)], ['not_judged']);
  for (const name of ['mechanism', 'impact']) {
    const { ok, figure } = checkOf(quality, `${name}:05-slow-query#1`) ?? {};
    assert.deepEqual([ok, figure], [false, 'the change failed: no such migration']);
  }
});

test('with more traffic than before, the baseline of the case is what there is', async (t) => {
  const load = { factor: 3, ...span(172, 210) };
  const { quality } = await judgedCases(t, { truth: with_({}, { change: null, revert: null, load }) });
  assert.equal(quality.cases[1]?.impact?.same_load, false);
  assert.equal(quality.cases[1]?.trigger_ms, at(172));
  assert.match(checkOf(quality, 'impact:09-new-index#2')?.figure ?? '', /against less or more traffic$/);
});

test('what does harm and was not taken back is no sound run; a harmless change is marked', async (t) => {
  const failed = { status: 'failed', error: 'lock timeout' } as const;
  const harm = await judgedCases(t, {
    truth: with_({ revert: { ...SLOW_QUERY.revert, ...failed } as never }),
  });
  assert.equal(harm.quality.sound, false);
  assert.equal(checkOf(harm.quality, 'reverts')?.figure, '05-slow-query: lock timeout');
  const mark = await judgedCases(t, {
    truth: with_({}, { revert: { ...NEW_INDEX.revert, ...failed } as never }),
  });
  assert.deepEqual([mark.quality.sound, checkOf(mark.quality, 'reverts')?.ok], [true, false]);
  assert.equal(checkOf((await judgedCases(t)).quality, 'reverts')?.ok, true);
});

test('every applied change has an event of its own, at its time', async (t) => {
  const right = await judgedCases(t);
  assert.equal(checkOf(right.quality, 'change_events')?.ok, true);
  const wrong = await judgedCases(t, {
    change: ({ changes }) => {
      for (const row of changes) if (row.change_uid === 'c-2') row.time = at(93);
      changes.splice(
        changes.findIndex((row) => row.change_uid === 'c-3'),
        1,
      );
    },
  });
  assert.deepEqual(wrong.quality.change_events, { applied: 4, missing: ['c-3'], elsewhen: ['c-2'] });
  assert.equal(checkOf(wrong.quality, 'change_events')?.ok, false);
});
