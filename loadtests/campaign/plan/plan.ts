import { generator } from '../../lib/generator.ts';
import { CampaignError } from '../errors.ts';
import {
  CAMPAIGNS,
  type Campaign,
  type CampaignName,
  CHANGE_S,
  shuffled,
  type TrafficShape,
} from './campaigns.ts';
import type { Change, Range, Scenario } from './catalogue.ts';
import { drawLengths, drawStarts, leastOf } from './lengths.ts';

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

/** What a campaign will do, and when. Nothing in it depends on a clock or a machine. */
export interface Plan {
  readonly schema_version: 1;
  readonly campaign: CampaignName;
  readonly seed: number;
  readonly duration_ms: number;
  /** How many times faster than at scale 1 the changes hold. */
  readonly time_scale: number;
  readonly traffic: TrafficShape & {
    /** Requests a second, the mean over whole waves. */
    readonly rate: number;
    /** About how many there will be, cases with a load of their own included. */
    readonly requests: number;
  };
  /** In order of time. */
  readonly cases: readonly PlannedCase[];
}

export interface PlanOptions {
  readonly campaign: CampaignName;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** Whole seconds; default: the campaign's. */
  readonly durationS?: number | undefined;
  /** Requests a second; default: the campaign's. */
  readonly rate?: number | undefined;
  /** At least 1; default: the campaign's. */
  readonly timeScale?: number | undefined;
}

/**
 * The plan of a campaign: order, places and lengths of its cases come from the seed. Cases never overlap, from their
 * baseline to the end of their cooldown.
 * @throws INVALID_PLAN when the cases do not fit
 */
export function plan({ campaign, seed, ...options }: PlanOptions): Plan {
  const settings = CAMPAIGNS[campaign];
  const {
    durationS = settings.durationS,
    rate = settings.rate,
    timeScale: time_scale = settings.timeScale,
  } = options;
  // One generator for each, so that one more case does not move the draws of all the rest.
  const draw = (what: string) => generator('plan', campaign, seed, what);
  const scenarios = shuffled(settings.cases(draw('cases')), draw('order'));
  const ranges = scenarios.map((scenario) => rangesOf({ scenario, settings, time_scale }));
  const budget = durationS - settings.leadInS;
  checkBudget({ campaign, ranges, budget, durationS, time_scale });

  const lengths = drawLengths({ ranges, budget, random: draw('lengths') });
  const starts = drawStarts({ lengths, budget, random: draw('places') });
  const cases = scenarios.map((scenario, i) =>
    placeCase({ scenario, lengths: lengths[i] ?? [], startS: settings.leadInS + (starts[i] ?? 0) }),
  );
  const extraS = cases.reduce(
    (sum, { load }) => sum + (load ? ((load.factor - 1) * (load.end_ms - load.start_ms)) / 1000 : 0),
    0,
  );
  return {
    schema_version: 1,
    campaign,
    seed,
    duration_ms: durationS * 1000,
    time_scale,
    traffic: { ...settings.traffic, rate, requests: Math.round(rate * (durationS + extraS)) },
    cases,
  };
}

/** For each phase the least and the most that it may last, in whole seconds. */
function rangesOf({
  scenario: { truth, change, revert, hold },
  settings: { baseline, cooldown },
  time_scale,
}: {
  scenario: Scenario;
  settings: Campaign;
  time_scale: number;
}): Range[] {
  const took = (of: Change | null): Range => (of ? [CHANGE_S[of.kind], CHANGE_S[of.kind]] : [0, 0]);
  const scaled = (end: 0 | 1) => Math.max(Math.ceil(hold.scale1[end] / time_scale), hold.least[end]);
  return [baseline, took(change), [scaled(0), scaled(1)], took(revert), cooldown[truth]];
}

function checkBudget(options: {
  campaign: CampaignName;
  ranges: readonly Range[][];
  budget: number;
  durationS: number;
  time_scale: number;
}): void {
  const { campaign, ranges, budget, durationS, time_scale } = options;
  const least = leastOf(ranges);
  if (least <= budget) return;
  throw new CampaignError(
    'INVALID_PLAN',
    `the campaign ${campaign} must have at least ${least + durationS - budget} s for its ${ranges.length} cases at time scale ${time_scale}, got ${durationS} s: give it a longer --duration`,
  );
}

function placeCase({
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
