import { type CheckOptions, check } from '../check.ts';
import type { QualityCheck } from '../quality.ts';
import type { CaseFindings, ImpactFigures } from './findings.ts';

/**
 * What every case is marked by, which keeps no dataset from being published; and whether what does harm was taken back: where it
 * was not, it goes on in the cases that follow, whose labels do not know of it.
 */
export const caseChecks = (cases: readonly CaseFindings[]): QualityCheck[] => [
  ...cases.flatMap((one) => [
    ...(one.truth === 'fault' ? [mechanism(one), onset(one)] : []),
    impact(one),
    ...(one.truth === 'fault' ? [recovery(one)] : []),
  ]),
  ...(cases.length > 0 ? [reverts(cases)] : []),
];

const of = (what: string, one: CaseFindings, more: Omit<CheckOptions, 'name'>) =>
  check({ ...more, name: `${what}:${one.scenario}#${one.case}`, title: `${one.scenario}: ${more.title}` });

/** A verdict as a check has it: unclear is neither. */
const OK = { passed: true, failed: false, unclear: null } as const;
const failedText = ({ failed }: CaseFindings) => `the change failed: ${failed}`;

function reverts(cases: readonly CaseFindings[]): QualityCheck {
  const left = cases.filter(({ revert_failed }) => revert_failed !== null);
  const told = left.map((one) => `${one.scenario}: ${one.revert_failed}`);
  return check({
    ...{ name: 'reverts', title: 'every change was taken back at its time', limit: 'all' },
    gate: left.some(({ truth }) => truth === 'fault'),
    ok: left.length === 0,
    figure: left.length === 0 ? 'all' : told.join('; '),
  });
}

function mechanism(one: CaseFindings): QualityCheck {
  const { mechanism: figures, verdicts } = one;
  const title = figures?.indicator ?? 'its indicator';
  const limit = 'δ ≥ 0.8 in its direction';
  // A fault whose indicator is not in the data is one that nobody has seen at work.
  const ok = verdicts.mechanism === 'not_judged' ? false : OK[verdicts.mechanism];
  if (one.failed !== null) return of('mechanism', one, { title, limit, ok, figure: failedText(one) });
  if (!figures || figures.delta === null)
    return of('mechanism', one, { title, limit, ok, figure: 'no sample to judge by' });
  const { before, during, delta } = figures;
  return of('mechanism', one, {
    title,
    limit,
    ok,
    figure: `${short(before)} → ${short(during)}, δ ${short(delta)}`,
  });
}

const onset = (one: CaseFindings) =>
  of('onset', one, {
    title: 'time from the trigger to the onset',
    limit: 'measured',
    ok: one.failed === null ? one.onset_ms !== null : null,
    figure: one.onset_ms === null ? 'none' : `${short((one.onset_ms - one.trigger_ms) / 1000)} s`,
  });

function impact(one: CaseFindings): QualityCheck {
  const { impact: figures, verdicts, truth } = one;
  const fault = truth === 'fault';
  const about = fault
    ? { title: 'the customers notice it', limit: 'δ ≥ 0.33, and p99 × 1.5 or errors + 1 %' }
    : { title: 'the customers do not notice it', limit: '|δ| < 0.15 of what differs by 5 ms' };
  const wanted = fault ? 'impact' : 'no_impact';
  const unknown = verdicts.impact === 'unclear' || verdicts.impact === 'not_judged';
  const ok = one.failed !== null ? false : unknown ? null : verdicts.impact === wanted;
  const figure = one.failed !== null ? failedText(one) : `${verdicts.impact}: ${impactText(figures, fault)}`;
  return of('impact', one, { ...about, ok, figure });
}

function impactText(figures: ImpactFigures | null, fault: boolean): string {
  if (!figures || figures.delta === null) return 'no request to judge by';
  const { delta, exact_delta, same_load } = figures;
  const { p99_before_ms, p99_during_ms, errors_before, errors_during, requests_during } = figures;
  const parts = [
    `δ ${short(delta)}${fault ? '' : ` (of any difference ${short(exact_delta)})`}`,
    `p99 ${short(p99_before_ms)} → ${short(p99_during_ms)} ms`,
    `errors ${percentOf(errors_before)} → ${percentOf(errors_during)} of ${requests_during}`,
    ...(same_load ? [] : ['against less or more traffic']),
  ];
  return parts.join(', ');
}

const recovery = (one: CaseFindings) => {
  const { recovery_end_ms, revert_acknowledged_ms, onset_ms } = one;
  const since = revert_acknowledged_ms ?? onset_ms;
  const took = recovery_end_ms === null || since === null ? null : (recovery_end_ms - since) / 1000;
  const from = revert_acknowledged_ms === null ? 'onset' : 'revert';
  return of('recovery', one, {
    title: 'the customers are served as before again',
    limit: 'within its cooldown',
    ok: one.verdicts.recovery === 'not_judged' ? null : OK[one.verdicts.recovery],
    figure: took === null ? 'not seen' : `${short(took)} s after its ${from}`,
  });
};

/** Four digits are as many as such a figure has. */
const short = (value: number | null) => (value === null ? 'none' : String(Number(value.toPrecision(4))));
const percentOf = (share: number | null) =>
  share === null ? 'none' : `${Number((share * 100).toPrecision(3))} %`;
