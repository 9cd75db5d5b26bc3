import type { CaseTruth, Span } from '../../truth/record.ts';
import { type Answers, served } from './answers.ts';
import { cliffsDelta, quantile } from './delta.ts';
import type { CaseFindings, ImpactFigures } from './findings.ts';
import { type Before, tiled } from './quiet.ts';
import { isWorse, POINTS_ERRORS } from './settled.ts';

/** Limits of Cliff's δ over durations. */
const CLEAR = 0.33;
const NONE = 0.15;
/**
 * What nobody notices in one request, ms: so much and more the median of a route goes up and down by itself, with processes
 * that are new and caches that are cold.
 */
const UNNOTICED_MS = 5;

/**
 * Did the customers notice? A fault is judged by windows of 10 s. A benign change holds for three of them in a short run,
 * whose δ alone spreads as far as 0.36 where nothing changed; so it is judged by its single requests, of which those count
 * that differ by what can be noticed, and is said to have an impact only where the rule for faults holds too. With more or
 * less traffic than what it is compared with, nobody can say whether the impact is the change's.
 */
export function impactOf({
  one,
  before: { windows, sameLoad },
  during,
  answers,
}: {
  one: CaseTruth;
  before: Before;
  during: Span;
  answers: Answers;
}): { verdict: CaseFindings['verdicts']['impact']; figures: ImpactFigures } {
  const durations = (span: Span) => answers.durations(span, one.affected.routes);
  const [before, now] = [windows.map(durations), tiled(during).map(durations)];
  const all = { before: before.flat(), during: durations(during) };
  const [servedThen, servedNow] = [served(all.before), served(all.during)];
  const byWindows = cliffsDelta(before.flatMap(p99), now.flatMap(p99));
  const byRequests = cliffsDelta(all.before, all.during, { tie: UNNOTICED_MS });
  const delta = one.truth === 'fault' ? byWindows : byRequests;
  const clear = byWindows !== null && byWindows >= CLEAR && isWorse(servedNow, servedThen);
  // so many more errors are noticed, though they hardly move δ
  const moreErrors = (servedNow.errors ?? 0) >= (servedThen.errors ?? 0) + POINTS_ERRORS;
  const quiet = delta !== null && Math.abs(delta) < NONE && (one.truth === 'fault' || !moreErrors);
  const impact = clear && sameLoad && (one.truth === 'fault' || !quiet);
  const said = impact ? 'impact' : quiet ? 'no_impact' : 'unclear';
  return {
    verdict: delta === null ? 'not_judged' : said,
    figures: {
      ...{ delta, exact_delta: cliffsDelta(all.before, all.during) },
      ...{ p99_before_ms: servedThen.p99_ms, p99_during_ms: servedNow.p99_ms },
      ...{ errors_before: servedThen.errors, errors_during: servedNow.errors },
      ...{ requests_before: servedThen.requests, requests_during: servedNow.requests },
      same_load: sameLoad,
    },
  };
}

const p99 = (durations: readonly number[]): number[] => {
  const value = quantile(durations, 0.99);
  return value === null ? [] : [value];
};
