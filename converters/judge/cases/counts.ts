import { check } from '../check.ts';
import type { Quality, QualityCheck } from '../quality.ts';
import type { CaseFindings } from './findings.ts';

/** Checks of single cases, by the first word of their names, and what their count says. */
const COUNTED = [
  { of: 'mechanism', truth: 'fault', name: 'mechanisms', title: 'faults that moved their indicator' },
  { of: 'onset', truth: 'fault', name: 'onsets', title: 'faults whose onset was measured' },
  { of: 'impact', truth: 'fault', name: 'impacts', title: 'faults that the customers noticed' },
  {
    ...{ of: 'recovery', truth: 'fault', name: 'recoveries' },
    title: 'faults after which the customers were served as before',
  },
  {
    ...{ of: 'impact', truth: 'benign', name: 'no_impacts' },
    title: 'harmless changes that the customers did not notice',
  },
] as const;

export interface CountedChecks {
  /** Of the whole run, the cases as counts: they name none. */
  readonly checks: readonly QualityCheck[];
  /** Of single cases, each by its name. */
  readonly single: readonly QualityCheck[];
}

/** Parts a judgement's checks by who may read them: a count says how good the cases are, and not which they were. */
export function countCases({ checks, cases }: Pick<Quality, 'checks' | 'cases'>): CountedChecks {
  const single = checks.filter(({ name }) => name.includes('#'));
  const rest = checks.filter((one) => !single.includes(one));
  const first = single[0];
  if (!first) return { checks, single };
  const left = cases.filter(({ revert_failed }) => revert_failed !== null).length;
  const at = checks.indexOf(first);
  return {
    checks: [
      ...rest.slice(0, at),
      ...COUNTED.flatMap((count) => counted(count, checksOf(count, { single, cases }))),
      ...rest.slice(at).map((one) => (tells(one) ? { ...one, figure: `all but ${left}` } : one)),
    ],
    single: [...single, ...rest.filter(tells)],
  };
}

/** The one check of the whole run whose figure names cases. */
const tells = ({ name, ok }: QualityCheck) => name === 'reverts' && ok === false;

type Count = (typeof COUNTED)[number];

function checksOf(
  { of, truth }: Count,
  { single, cases }: { single: readonly QualityCheck[]; cases: readonly CaseFindings[] },
): QualityCheck[] {
  const names = cases.filter((one) => one.truth === truth).map((one) => `${of}:${one.scenario}#${one.case}`);
  return single.filter(({ name }) => names.includes(name));
}

function counted({ name, title }: Count, of: readonly QualityCheck[]): QualityCheck[] {
  if (of.length === 0) return [];
  const passed = of.filter(({ ok }) => ok === true).length;
  const open = of.filter(({ ok }) => ok === null).length;
  const ok = passed + open < of.length ? false : open > 0 ? null : true;
  const figure = `${passed} of ${of.length}${open > 0 ? `, ${open} unclear` : ''}`;
  return [check({ name, title, ok, figure, limit: 'all' })];
}
