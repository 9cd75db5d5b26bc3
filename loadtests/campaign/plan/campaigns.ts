import type { Generator } from '../../lib/generator.ts';
import { type ChangeKind, type Range, SCENARIOS, type Scenario, scenarioOf } from './catalogue.ts';

export const CAMPAIGN_NAMES = ['quick', 'standard', 'none'] as const;
export type CampaignName = (typeof CAMPAIGN_NAMES)[number];

/** How the rate of requests goes over a run. */
export type TrafficShape =
  | { readonly shape: 'flat' }
  | { readonly shape: 'slow_wave'; readonly amplitude: number; readonly wavelength_ms: number };

export interface Campaign {
  readonly durationS: number;
  /** How many times faster than at scale 1 the changes hold. */
  readonly timeScale: number;
  /** Requests a second. */
  readonly rate: number;
  readonly traffic: TrafficShape;
  /** Quiet before the first case. */
  readonly leadInS: number;
  /** Before and after each change, seconds. */
  readonly baseline: Range;
  readonly cooldown: Readonly<Record<Scenario['truth'], Range>>;
  /** What it holds, in any order. */
  cases(random: Generator): readonly Scenario[];
}

/** What a change may take to be acknowledged, seconds; a replacement is judged apart for 15 s. */
export const CHANGE_S: Readonly<Record<ChangeKind, number>> = {
  ...{ deployment: 15, rollback: 15, restart: 15, scaling: 15 },
  ...{ migration: 5, feature_flag: 3, cache_flush: 3 },
};

/** The same where a replacement is one of containers. */
export const CONTAINER_CHANGE_S: Readonly<Record<ChangeKind, number>> = {
  ...CHANGE_S,
  ...{ deployment: 60, rollback: 60, restart: 60, scaling: 60 },
};

/** And where it is one of tasks of Fargate, whose images are pulled each time. */
export const TASK_CHANGE_S: Readonly<Record<ChangeKind, number>> = {
  ...CHANGE_S,
  ...{ deployment: 180, rollback: 180, restart: 180, scaling: 180 },
};

const WAVE = { shape: 'slow_wave', amplitude: 0.3, wavelength_ms: 600_000 } as const;
const faults = SCENARIOS.filter(({ truth }) => truth === 'fault');
const benign = SCENARIOS.filter(({ truth }) => truth === 'benign');

export const CAMPAIGNS: Readonly<Record<CampaignName, Campaign>> = {
  // 13 minutes and 5 seconds: with a stack to start and a dataset to make, the command stays within 15.
  quick: {
    durationS: 785,
    timeScale: 40,
    rate: 20,
    traffic: { shape: 'flat' },
    leadInS: 20,
    baseline: [15, 20],
    cooldown: { fault: [20, 25], benign: [10, 15] },
    cases: () => [...faults, ...benign.filter(({ twin }) => twin !== null), scenarioOf('10-surge')],
  },
  standard: {
    durationS: 7_200,
    timeScale: 4,
    rate: 20,
    traffic: WAVE,
    leadInS: 60,
    baseline: [60, 120],
    cooldown: { fault: [90, 180], benign: [60, 90] },
    cases: (random) => [...faults, ...repeated(random), ...benign],
  },
  none: {
    durationS: 7_200,
    timeScale: 1,
    rate: 20,
    traffic: WAVE,
    leadInS: 0,
    baseline: [0, 0],
    cooldown: { fault: [0, 0], benign: [0, 0] },
    cases: () => [],
  },
};

/** Two to four faults that come again; the slow burn does not, it would be most of the run. */
function repeated(random: Generator): readonly Scenario[] {
  const again = faults.filter(({ name }) => name !== '02-heap-leak');
  return shuffled([...again, ...again], random).slice(0, 2 + random.integer(3));
}

/** Fisher and Yates. */
export function shuffled<T>(list: readonly T[], random: Generator): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}
