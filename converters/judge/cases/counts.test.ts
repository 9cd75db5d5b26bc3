import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { QualityCheck } from '../quality.ts';
import { judgedCases, NEW_INDEX, SLOW_QUERY, TRUTH } from './cases.test-world.ts';
import { countCases } from './counts.ts';

const told = (checks: readonly QualityCheck[]) => checks.map(({ name, figure, ok }) => [name, figure, ok]);

test('the checks of single cases become counts in their place, of faults and of harmless changes apart', async (t) => {
  const { quality } = await judgedCases(t, { effect: ({ draw }) => (draw < 0.012 ? { status: 500 } : {}) });
  const { checks, single } = countCases(quality);
  const before = quality.checks.filter(({ name }) => !name.includes('#'));
  const counts = checks.filter((one) => !before.includes(one));
  assert.deepEqual(told(counts), [
    ['mechanisms', '1 of 1', true],
    ['onsets', '1 of 1', true],
    ['impacts', '0 of 1, 1 unclear', null],
    ['recoveries', '1 of 1', true],
    ['no_impacts', '1 of 1', true],
  ]);
  assert.deepEqual(
    checks.filter((one) => before.includes(one)),
    before,
  );
  assert.equal(checks[checks.indexOf(counts[4] as QualityCheck) + 1]?.name, 'reverts');
  assert.equal(single.length + before.length, quality.checks.length);
});

test('one that is short makes its count short; what was not taken back is named with the single cases', async (t) => {
  const revert = { ...NEW_INDEX.revert, status: 'failed', error: 'lock timeout' } as never;
  const truth = { ...TRUTH, cases: [SLOW_QUERY, { ...NEW_INDEX, revert }] };
  const { quality } = await judgedCases(t, { truth, effect: () => ({}) });
  const { checks, single } = countCases(quality);
  assert.deepEqual(told(checks.filter(({ name }) => ['impacts', 'reverts'].includes(name))), [
    ['impacts', '0 of 1', false],
    ['reverts', 'all but 1', false],
  ]);
  assert.equal(single.at(-1)?.figure, '09-new-index: lock timeout');
});

test('without cases there is nothing to count', async (t) => {
  const { quality } = await judgedCases(t, { truth: { ...TRUTH, cases: [] } });
  assert.deepEqual(countCases(quality), { checks: quality.checks, single: [] });
});
