import type { Change, Range, Scenario } from './catalogue.ts';

/** A stretch of the run: milliseconds from its start, the end is not in it. */
export interface Span {
  readonly start_ms: number;
  readonly end_ms: number;
}

export const PHASES = ['baseline', 'change', 'hold', 'revert', 'cooldown'] as const;
export type Phase = (typeof PHASES)[number];

/** One change and what goes with it. Phases follow each other; where there is nothing to do, start and end are the same. */
export interface PlannedCase {
  /** Name of the scenario. */
  readonly scenario: string;
  readonly truth: Scenario['truth'];
  readonly twin: string | null;
  readonly change: Change | null;
  readonly revert: Change | null;
  readonly phases: Readonly<Record<Phase, Span>>;
  /** How many times the campaign's rate, and when; null for no other rate. */
  readonly load: (Span & { readonly factor: number }) | null;
}

/** Which case is on so long after the start, and in which phase; undefined between the cases. */
export function caseAt(
  cases: readonly PlannedCase[],
  atMs: number,
): { readonly number: number; readonly one: PlannedCase; readonly phase: Phase } | undefined {
  const index = cases.findIndex(
    ({ phases }) => atMs >= phases.baseline.start_ms && atMs < phases.cooldown.end_ms,
  );
  const one = cases[index];
  if (!one) return undefined;
  const phase = PHASES.find((name) => atMs < one.phases[name].end_ms) ?? 'cooldown';
  return { number: index + 1, one, phase };
}

/** A scenario at its place: `lengths` are seconds by phase. */
export function placeCase({
  scenario: { name, truth, twin, change, revert, load },
  lengths,
  startS,
}: {
  scenario: Scenario;
  lengths: readonly number[];
  startS: number;
}): PlannedCase {
  let at = startS * 1000;
  const spans = PHASES.map((phase, i): [Phase, Span] => {
    const span = { start_ms: at, end_ms: at + (lengths[i] ?? 0) * 1000 };
    at = span.end_ms;
    return [phase, span];
  });
  const phases = Object.fromEntries(spans) as Record<Phase, Span>;
  const whole = { start_ms: phases.baseline.start_ms, end_ms: phases.cooldown.end_ms };
  const span = load?.over === 'hold' ? phases.hold : whole;
  return {
    ...{ scenario: name, truth, twin, change, revert, phases },
    load: load && { factor: load.factor, ...span },
  };
}

/** About how many requests there will be, cases with a load of their own included. */
export function requestsOf({
  rate,
  durationS,
  cases,
}: {
  rate: number;
  durationS: number;
  cases: readonly PlannedCase[];
}): number {
  const extraS = cases.reduce(
    (sum, { load }) => sum + (load ? ((load.factor - 1) * (load.end_ms - load.start_ms)) / 1000 : 0),
    0,
  );
  return Math.round(rate * (durationS + extraS));
}

/** How long a scenario may hold at a time scale, seconds. */
export const holdOf = ({ hold }: Scenario, timeScale: number): Range => [
  Math.max(Math.ceil(hold.scale1[0] / timeScale), hold.least[0]),
  Math.max(Math.ceil(hold.scale1[1] / timeScale), hold.least[1]),
];
