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
import type { Change, ChangeKind, Range, Scenario } from './catalogue.ts';
import { drawLengths, drawStarts, leastOf } from './lengths.ts';
import { holdOf, type PlannedCase, placeCase, requestsOf } from './place.ts';

export { PHASES, type Phase, type PlannedCase, type Span } from './place.ts';

/** What a campaign will do, and when. Nothing in it depends on a clock or a machine. */
export interface Plan {
  readonly schema_version: 1;
  /** Null: one scenario alone, see case-plan.ts. */
  readonly campaign: CampaignName | null;
  readonly seed: number;
  readonly duration_ms: number;
  /** How many times faster than at scale 1 the changes hold. */
  readonly time_scale: number;
  /** What scales with it beside the durations, as web-api's environment has it: bytes do not, days of views do. */
  readonly scaled: Scaled;
  readonly traffic: TrafficShape & {
    /** Requests a second, the mean over whole waves. */
    readonly rate: number;
    /** About how many there will be, cases with a load of their own included. */
    readonly requests: number;
  };
  /** In order of time. */
  readonly cases: readonly PlannedCase[];
}

type Scaled = Readonly<Record<string, number>>;

/** Empty where no case is about it. */
export const scaledBy = (timeScale: number, cases: readonly PlannedCase[]): Scaled =>
  cases.some(({ scenario }) => scenario === '02-heap-leak')
    ? { RECENT_VIEWS_DAYS: Math.min(400, Math.max(1, Math.round(timeScale))) } // what the service takes
    : {};

export interface PlanOptions {
  readonly campaign: CampaignName;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** Whole seconds; default: the campaign's, and as much more as `changeS` takes. */
  readonly durationS?: number | undefined;
  /** Requests a second; default: the campaign's. */
  readonly rate?: number | undefined;
  /** At least 1; default: the campaign's. */
  readonly timeScale?: number | undefined;
  /** What changes may take where they take longer than usual, seconds: see CONTAINER_CHANGE_S. */
  readonly changeS?: Partial<Readonly<Record<ChangeKind, number>>> | undefined;
}

/**
 * The plan of a campaign: order, places and lengths of its cases come from the seed. Cases never overlap, from their
 * baseline to the end of their cooldown.
 * @throws INVALID_PLAN when the cases do not fit
 */
export function plan({ campaign, seed, ...options }: PlanOptions): Plan {
  const settings = CAMPAIGNS[campaign];
  const { rate = settings.rate, timeScale: time_scale = settings.timeScale } = options;
  // One generator for each, so that one more case does not move the draws of all the rest.
  const draw = (what: string) => generator('plan', campaign, seed, what);
  const scenarios = shuffled(settings.cases(draw('cases')), draw('order'));
  const changeS = { ...CHANGE_S, ...options.changeS };
  const { durationS = settings.durationS + extraOf({ scenarios, changeS }) } = options;
  const ranges = scenarios.map((scenario) => rangesOf({ scenario, settings, time_scale, changeS }));
  const budget = durationS - settings.leadInS;
  checkBudget({ campaign, ranges, budget, durationS, time_scale });

  const lengths = drawLengths({ ranges, budget, random: draw('lengths') });
  const starts = drawStarts({ lengths, budget, random: draw('places') });
  const cases = scenarios.map((scenario, i) =>
    placeCase({ scenario, lengths: lengths[i] ?? [], startS: settings.leadInS + (starts[i] ?? 0) }),
  );
  return {
    schema_version: 1,
    campaign,
    seed,
    duration_ms: durationS * 1000,
    time_scale,
    scaled: scaledBy(time_scale, cases),
    traffic: { ...settings.traffic, rate, requests: requestsOf({ rate, durationS, cases }) },
    cases,
  };
}

type ChangeSeconds = Readonly<Record<ChangeKind, number>>;

/** Seconds that the changes take beyond what they take usually. */
function extraOf({ scenarios, changeS }: { scenarios: readonly Scenario[]; changeS: ChangeSeconds }): number {
  const changes = scenarios.flatMap(({ change, revert }) => [change, revert]);
  return changes.reduce((sum, of) => sum + (of ? Math.max(0, changeS[of.kind] - CHANGE_S[of.kind]) : 0), 0);
}

/** For each phase the least and the most that it may last, in whole seconds. */
function rangesOf({
  scenario,
  settings: { baseline, cooldown },
  time_scale,
  changeS,
}: {
  scenario: Scenario;
  settings: Campaign;
  time_scale: number;
  changeS: ChangeSeconds;
}): Range[] {
  const { truth, change, revert, load } = scenario;
  const took = (of: Change | null): Range => (of ? [changeS[of.kind], changeS[of.kind]] : [0, 0]);
  const after = truth === 'fault' ? faultCooldown(cooldown.fault, revert) : cooldown.benign;
  const ownLoad = load?.over === 'case' ? OWN_LOAD : NO_MORE;
  return [
    longer(baseline, ownLoad.baseline),
    took(change),
    holdOf(scenario, time_scale),
    took(revert),
    longer(after, ownLoad.cooldown),
  ];
}

/** Seconds more: other traffic than before has to settle first, and less of it needs longer for as many requests. */
const OWN_LOAD = { baseline: 15, cooldown: 10 };
const NO_MORE = { baseline: 0, cooldown: 0 };

const longer = ([from, to]: Range, seconds: number): Range => [from + seconds, to + seconds];

/** New processes serve slower for half a minute; what passes by itself is over while it holds. */
function faultCooldown(range: Range, revert: Change | null): Range {
  if (revert === null) return longer(range, -10);
  return ['rollback', 'deployment'].includes(revert.kind) ? longer(range, 10) : range;
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
