import type { CaseTruth, RunTruth, Span, TrafficShape } from '../../truth/record.ts';
import type { Answers } from './answers.ts';
import type { CaseFindings } from './findings.ts';
import { impactOf } from './impact.ts';
import type { IndicatorSamples } from './indicators.ts';
import { mechanismOf } from './mechanism.ts';
import { onsetIn } from './onset.ts';
import { around, beforeOf, type QuietWindow, quietWindows, WINDOW_MS } from './quiet.ts';
import { rolloutEnd } from './rollout.ts';
import { SLICE_MS, settledIn } from './settled.ts';

interface CaseOptions {
  readonly traffic: TrafficShape;
  readonly quiet: readonly QuietWindow[];
  readonly one: CaseTruth;
  /** The case before it. */
  readonly previous: CaseTruth | undefined;
  readonly answers: Answers;
  /** Undefined where the case has no indicator. */
  readonly samples: IndicatorSamples | undefined;
}

type Measured = Pick<
  CaseFindings,
  'onset_ms' | 'impact_end_ms' | 'recovery_end_ms' | 'verdicts' | 'mechanism' | 'impact'
>;

const NOT_JUDGED: Measured = {
  ...{ onset_ms: null, impact_end_ms: null, recovery_end_ms: null, mechanism: null, impact: null },
  verdicts: { mechanism: 'not_judged', impact: 'not_judged', recovery: 'not_judged' },
};

/**
 * What each case did, by the dataset alone.
 * @param samples of each case; undefined where it has no indicator
 */
export function measureCases({
  truth,
  answers,
  samples,
}: {
  truth: RunTruth;
  answers: Answers;
  samples: readonly (IndicatorSamples | undefined)[];
}): CaseFindings[] {
  const { traffic, cases } = truth;
  const first = quietWindows(truth);
  // A first look, since a case that customers still suffer from is no quiet time for the others to be compared with.
  const suffering = cases.filter((one) => isUnsettled({ traffic, quiet: first, one, answers }));
  const quiet = quietWindows(truth, new Set(suffering.map((one) => one.case)));
  return cases.map((one, i) =>
    measureCase({ traffic, quiet, one, previous: cases[i - 1], answers, samples: samples[i] }),
  );
}

function isUnsettled(of: Omit<CaseOptions, 'samples' | 'previous'>): boolean {
  const { change, revert, phases, truth } = of.one;
  if (truth === 'benign' || change?.status === 'failed') return false;
  if (revert?.status === 'failed') return true;
  const span = revert
    ? { start_ms: revert.acknowledged_ms, end_ms: phases.cooldown.end_ms }
    : { start_ms: triggerOf(of.one), end_ms: phases.hold.end_ms };
  return settled(of, span) === null;
}

/** As it was served before its trigger, and not what came of it. */
function settled(
  { traffic, quiet, one, answers }: Omit<CaseOptions, 'samples' | 'previous'>,
  span: Span,
): number | null {
  const { routes } = one.affected;
  const earlier = quiet.filter(({ end_ms }) => end_ms <= triggerOf(one));
  const { windows } = beforeOf({ traffic, quiet: earlier, one, during: span });
  const before = windows.flatMap((window) => answers.durations(window, routes));
  return settledIn({ answers, routes, before, span });
}

/** When it began and ended, and whether its mechanism, its impact and its end show. */
function measureCase(options: CaseOptions): CaseFindings {
  const { one } = options;
  const { change, revert, phases } = one;
  const reason = (of: CaseTruth['change']) =>
    of?.status === 'failed' ? (of.error ?? 'no reason was given') : null;
  const failed = reason(change);
  const measured =
    failed !== null ? NOT_JUDGED : one.truth === 'fault' ? measureFault(options) : measureBenign(options);
  return {
    ...{ case: one.case, scenario: one.scenario, kind: one.kind, truth: one.truth },
    start_ms: phases.baseline.start_ms,
    trigger_ms: triggerOf(one),
    acknowledged_ms: change?.acknowledged_ms ?? null,
    rollout_end_ms: rolloutEnd(change),
    ...{ revert_ms: revert?.started_ms ?? null, revert_acknowledged_ms: revert?.acknowledged_ms ?? null },
    end_ms: phases.cooldown.end_ms,
    ...measured,
    ...{ failed, revert_failed: reason(revert) },
  };
}

const triggerOf = ({ change, phases }: CaseTruth) => change?.started_ms ?? phases.hold.start_ms;

/** A change that could not be taken back holds to the end of its case; one that passes by itself, to the end of its hold. */
const longestEnd = ({ revert, phases }: CaseTruth) =>
  revert
    ? revert.status === 'applied'
      ? revert.acknowledged_ms
      : phases.cooldown.end_ms
    : phases.hold.end_ms;

function measureFault(options: CaseOptions): Measured {
  const { traffic, quiet, one, answers, samples } = options;
  const { indicator, revert, phases } = one;
  const end = longestEnd(one);
  const since = (start_ms: number): Span => ({ start_ms, end_ms: Math.max(start_ms, end) });
  const held = since(triggerOf(one));
  const before = beforeOf({ traffic, quiet, one, during: held });
  const { windows } = before;
  const onset_ms =
    indicator && samples
      ? onsetIn({ indicator, samples, before: windows, span: held, lasting: revert ? 2 : 1 })
      : null;

  // The end is known to a slice: what began in the slice of the onset lasts that long at least.
  const passed = revert || onset_ms === null ? null : settled(options, since(onset_ms + SLICE_MS));
  const impact_end_ms = onset_ms === null ? null : (passed ?? end);
  const start_ms = onset_ms ?? rolloutEnd(one.change) ?? held.start_ms;
  // what is over at once is looked at for a whole window all the same
  const during = { start_ms, end_ms: Math.max(impact_end_ms ?? held.end_ms, start_ms + WINDOW_MS) };
  const moved =
    indicator && samples
      ? mechanismOf({ indicator, samples, before: windows, during, hasOnset: onset_ms !== null })
      : { verdict: 'not_judged' as const, figures: null };
  const impact = impactOf({ one, before, during, answers });
  const recovery_end_ms =
    revert?.status === 'applied'
      ? settled(options, { start_ms: revert.acknowledged_ms, end_ms: phases.cooldown.end_ms })
      : passed;
  return {
    ...{ onset_ms, impact_end_ms, recovery_end_ms, mechanism: moved.figures, impact: impact.figures },
    verdicts: {
      mechanism: moved.verdict,
      impact: impact.verdict,
      recovery: recovery_end_ms !== null ? 'passed' : onset_ms === null && !revert ? 'not_judged' : 'failed',
    },
  };
}

/** Judged while it holds, but for the replacement itself, against what was right before and after it. */
function measureBenign({ one, previous, answers }: CaseOptions): Measured {
  const { change, revert, phases } = one;
  const start_ms = rolloutEnd(change) ?? triggerOf(one);
  const end_ms = Math.max(start_ms, revert?.started_ms ?? phases.hold.end_ms);
  const during = { start_ms, end_ms };
  const impact = impactOf({ one, before: around({ one, previous, during }), during, answers });
  return {
    ...NOT_JUDGED,
    impact: impact.figures,
    verdicts: { ...NOT_JUDGED.verdicts, impact: impact.verdict },
  };
}
