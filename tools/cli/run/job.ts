import {
  type CampaignName,
  CONTAINER_CHANGE_S,
  TASK_CHANGE_S,
} from '../../../loadtests/campaign/plan/campaigns.ts';
import { casePlan } from '../../../loadtests/campaign/plan/case-plan.ts';
import { type Plan, plan } from '../../../loadtests/campaign/plan/plan.ts';
import { CliError } from '../errors.ts';
import { scenarioScript } from '../scenarios.ts';
import type { TargetKind } from '../stacks.ts';
import { commandOf, type Work } from './command-of.ts';

const CHANGES_S = { embedded: undefined, docker: CONTAINER_CHANGE_S, aws: TASK_CHANGE_S } as const;

const STEADY = '01-steady';
const STEADY_S = 180;
const STEADY_RATE = 20;

/** What the traffic of a run is: which script, and the plan of its changes where there are any. */
export interface Job {
  /** Name of the script in loadtests/scenarios. */
  readonly scenario: string;
  readonly script: string;
  readonly plan: Plan | null;
  readonly rate: number;
  readonly durationS: number;
  /** What makes it again, as it is typed in the project's folder. */
  readonly command: string;
}

export interface JobOptions {
  /** The command that does it; `load` against a stack that is up. */
  readonly door?: 'run' | 'load';
  /** Of the stack that is used: where a replacement is one of containers, a plan gives changes longer. */
  readonly target?: TargetKind | 'aws' | undefined;
  readonly campaign?: CampaignName | undefined;
  readonly scenario?: string | undefined;
  readonly seed: number;
  readonly rate?: number | undefined;
  /** Whole seconds. */
  readonly durationS?: number | undefined;
  readonly timeScale?: number | undefined;
  /** How many tasks send it, of a stack on AWS. */
  readonly segments?: number | undefined;
}

/** @throws OPTION_INVALID for options that exclude each other; INVALID_PLAN when the cases do not fit */
export function jobOf(options: JobOptions): Job {
  const job = whatOf(options);
  return { ...job, command: commandOf({ ...options, job, env: process.env }) };
}

function whatOf({ campaign, scenario = STEADY, seed, ...options }: JobOptions): Work {
  const { target, rate, durationS, timeScale } = options;
  const changeS = target && CHANGES_S[target];
  if (campaign !== undefined) {
    if (scenario !== STEADY)
      throw new CliError(
        'OPTION_INVALID',
        '--campaign and --scenario exclude each other: a campaign has its own scenarios',
      );
    return planned('20-campaign', plan({ campaign, seed, rate, durationS, timeScale, changeS }));
  }
  if (scenario !== STEADY) {
    if (durationS !== undefined || timeScale !== undefined)
      throw new CliError(
        'OPTION_INVALID',
        `--duration and --time-scale are not for ${scenario} alone: its phases are FAULTLINE_BASELINE, FAULTLINE_HOLD and FAULTLINE_COOLDOWN`,
      );
    return planned(scenario, casePlan({ scenario, seed, rate, env: process.env, changeS }));
  }
  if (timeScale !== undefined)
    throw new CliError('OPTION_INVALID', '--time-scale is for --campaign: without one nothing changes');
  return {
    scenario,
    script: scenarioScript(scenario),
    plan: null,
    rate: rate ?? STEADY_RATE,
    durationS: durationS ?? STEADY_S,
  };
}

const planned = (scenario: string, made: Plan): Work => ({
  scenario,
  script: scenarioScript(scenario),
  plan: made,
  rate: made.traffic.rate,
  durationS: made.duration_ms / 1000,
});
