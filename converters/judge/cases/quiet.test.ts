import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunTruth } from '../../truth/record.ts';
import { at, NEW_INDEX, SLOW_QUERY, span, TRUTH } from './cases.test-world.ts';
import { around, baselineOf, beforeOf, quietWindows } from './quiet.ts';

const seconds = (windows: readonly { start_ms: number }[]) =>
  windows.map(({ start_ms }) => (start_ms - at(0)) / 1000);

test('baselines are quiet, and what lies 20 s behind a case', () => {
  assert.deepEqual(
    seconds(quietWindows(TRUTH)),
    [20, 30, 112, 122, 132, 150, 160, 232, 242, 252, 262, 272, 282],
  );
});

test('a load over a whole case is one of its own: only windows with as much traffic are compared', () => {
  const load = { factor: 0.3, ...span(150, 225) };
  const truth = { ...TRUTH, cases: [SLOW_QUERY, { ...NEW_INDEX, load }] } satisfies RunTruth;
  const before = (one: RunTruth['cases'][number], during: { start_ms: number; end_ms: number }) =>
    beforeOf({ traffic: truth.traffic, quiet: quietWindows(truth), one, during });
  const [fault, quiet] = truth.cases as [typeof SLOW_QUERY, typeof NEW_INDEX];
  // its first 20 s count for nothing, but for the last window before the change
  assert.deepEqual(seconds(before(quiet, span(171, 210)).windows), [160]);
  const flat = before(fault, span(41, 91));
  assert.deepEqual(seconds(flat.windows), [20, 30, 112, 122, 132, 232, 242, 252, 262, 272, 282]);
  assert.ok(flat.sameLoad);
});

test('with a wave, only its own phase is compared, beside the own baseline', () => {
  const traffic = {
    ...span(0, 1200),
    rate: 10,
    shape: 'slow_wave',
    amplitude: 0.3,
    wavelength_ms: 590_000,
  } as const;
  const truth: RunTruth = { ...TRUTH, traffic };
  // Second 590 + 50 is as second 50.
  const { windows } = beforeOf({
    traffic,
    quiet: quietWindows(truth),
    one: SLOW_QUERY,
    during: span(41, 91),
  });
  assert.deepEqual(seconds(windows), [20, 30, 112, 602, 612, 622, 632, 642, 652, 662, 672, 682, 692, 702]);
});

test('what follows a case that has not settled is not quiet', () => {
  assert.deepEqual(
    seconds(quietWindows(TRUTH, new Set([1]))),
    [20, 30, 150, 160, 232, 242, 252, 262, 272, 282],
  );
});

test('a baseline right behind another case begins when that has settled, and keeps its last 10 s at the least', () => {
  const soon = (from: number) => ({
    ...NEW_INDEX,
    phases: { ...NEW_INDEX.phases, baseline: span(from, 140) },
  });
  const baseline = (one: RunTruth['cases'][number]) => baselineOf(one, SLOW_QUERY);
  // The case before it was taken back at second 91, and its cooldown began at 92.
  assert.deepEqual(baseline(soon(100)), span(112, 140));
  assert.deepEqual(baseline(soon(135)), span(135, 140));
  assert.deepEqual(
    baseline({ ...soon(95), phases: { ...NEW_INDEX.phases, baseline: span(95, 115) } }),
    span(105, 115),
  );
  assert.deepEqual(baselineOf(soon(20), undefined), span(20, 140));
  const ownLoad = { ...soon(60), load: { factor: 0.2, ...span(60, 225) } };
  assert.deepEqual(baselineOf(ownLoad, undefined), span(80, 140));
  assert.deepEqual(
    baselineOf({ ...soon(60), load: { factor: 3, ...span(141, 200) } }, undefined),
    span(60, 140),
  );
});

test('of an interrupted run nothing is quiet behind its last whole case', () => {
  const truth = { ...TRUTH, complete: false };
  assert.deepEqual(seconds(quietWindows(truth)), [20, 30, 112, 122, 132, 150, 160]);
});

test('a harmless case is compared with what is right before and after it, but for replacements', () => {
  const rollback = { ...NEW_INDEX.revert, kind: 'rollback', acknowledged_ms: at(213) } as never;
  const of = (one: RunTruth['cases'][number]) =>
    around({ one, previous: SLOW_QUERY, during: span(171, 210) });
  assert.deepEqual(of(NEW_INDEX), { windows: [span(150, 170), span(212, 225)], sameLoad: true });
  assert.deepEqual(of({ ...NEW_INDEX, revert: rollback }).windows, [span(150, 170)]);
  const longer = { ...NEW_INDEX.phases, cooldown: span(212, 240) };
  assert.deepEqual(of({ ...NEW_INDEX, phases: longer, revert: rollback }).windows, [
    span(150, 170),
    span(225, 240),
  ]);
  const load = { factor: 3, ...span(172, 210) };
  assert.equal(
    around({ one: { ...NEW_INDEX, load }, previous: undefined, during: span(172, 210) }).sameLoad,
    false,
  );
});
