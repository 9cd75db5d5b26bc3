import exec from 'k6/execution';
import { Counter } from 'k6/metrics';
import type { Options } from 'k6/options';
import { casePlan } from '../campaign/plan/case-plan.ts';
import type { Plan } from '../campaign/plan/plan.ts';
import { arrivals } from './arrivals.ts';
import { caseThresholds, planThresholds } from './case-thresholds.ts';
import { makeChange, requireControl, takeBackAll } from './changes.ts';
import { type ControlConfig, type Env, readControl, readWebApi } from './config.ts';
import { crowdOf } from './crowd.ts';
import { generator } from './generator.ts';
import { readPlan } from './read-plan.ts';
import { phaseAt } from './schedule.ts';
import { REQUESTS_PER_SESSION, runSession } from './session.ts';
import { requireStack } from './stack.ts';
import { readStartDelay, tellLateness } from './start.ts';
import { SUMMARY_STATS } from './thresholds.ts';

/** One point, whose metadata says when the plan's 0 was. */
const started = new Counter('traffic_started');

/** What a script with changes exports. */
export interface PlannedScript {
  options: Options;
  setup(): Promise<void>;
  customers(): Promise<void>;
  change(): Promise<void>;
  revert(): Promise<void>;
  teardown(): Promise<void>;
}

/** The script of one scenario of the catalogue; with FAULTLINE_PLAN at the times of that plan. */
export function scenarioScript({ scenario, env }: { scenario: string; env: Env }): PlannedScript {
  const plan = readPlan({ env, scenario }) ?? casePlan({ scenario, env });
  const script = plannedScript({ plan, env });
  const thresholds = { ...script.options.thresholds, ...plan.cases.map(caseThresholds)[0] };
  return { ...script, options: { ...script.options, thresholds } };
}

/** The script of a whole campaign, whose plan is FAULTLINE_PLAN. */
export function campaignScript({ env }: { env: Env }): PlannedScript {
  const plan = readPlan({ env });
  if (!plan) throw new Error('FAULTLINE_PLAN must be set to what this prints: npx faultline plan --json');
  return plannedScript({ plan, env });
}

/**
 * Customers at the plan's rate, and each change and revert at its time. Requests carry the case and the phase in which they
 * were sent as tags.
 */
function plannedScript({ plan, env }: { plan: Plan; env: Env }): PlannedScript {
  const url = readWebApi(env);
  const control = readControl(env);
  const changesAnything = plan.cases.some(({ change, revert }) => change ?? revert);
  return {
    options: optionsOf({ plan, delayMs: readStartDelay(env) }),
    async setup() {
      await requireStack({ url });
      if (changesAnything) await requireControl(control);
    },
    async customers() {
      const { name, iterationInTest, startTime } = exec.scenario;
      tellLateness(env, exec.scenario);
      if (iterationInTest === 0) markStart(startTime);
      const tags = () => phaseAt({ cases: plan.cases, atMs: Date.now() - startTime });
      await runSession({ url, random: generator(String(plan.seed), name, iterationInTest), tags });
    },
    change: () => carryOut({ plan, control, phase: 'change' }),
    revert: () => carryOut({ plan, control, phase: 'revert' }),
    async teardown() {
      if (changesAnything && control) await takeBackAll(control);
    },
  };
}

function optionsOf({ plan, delayMs }: { plan: Plan; delayMs: number }): Options {
  const { traffic, cases, duration_ms } = plan;
  const sessionsPerSecond = traffic.rate / REQUESTS_PER_SESSION;
  const loads = cases.flatMap(({ load }) => load ?? []);
  const scenarios: NonNullable<Options['scenarios']> = {
    customers: {
      executor: 'ramping-arrival-rate',
      exec: 'customers',
      startTime: `${delayMs}ms`,
      ...arrivals({ perSecond: sessionsPerSecond, durationMs: duration_ms, traffic, loads }),
      ...crowdOf({ plan, sessionsPerSecond }),
      // Longer than a request's time-out of 60 s: no request is cut off with its outcome unknown.
      gracefulStop: '70s',
    },
  };
  for (const [i, { change, revert, phases }] of cases.entries()) {
    const once = (exec: 'change' | 'revert') => ({
      ...{ executor: 'per-vu-iterations' as const, vus: 1, iterations: 1, exec },
      ...{ startTime: `${delayMs + phases[exec].start_ms}ms`, maxDuration: '5m', gracefulStop: '70s' },
      tags: { to: 'control' },
    });
    if (change) scenarios[`change_${i + 1}`] = once('change');
    if (revert) scenarios[`revert_${i + 1}`] = once('revert');
  }
  return {
    scenarios,
    thresholds: planThresholds(plan),
    summaryTrendStats: SUMMARY_STATS,
    teardownTimeout: '280s',
  };
}

/** The scenario's name says which case it is: k6 has no other way to hand something to a function. */
async function carryOut({
  plan,
  control,
  phase,
}: {
  plan: Plan;
  control: ControlConfig | undefined;
  phase: 'change' | 'revert';
}): Promise<void> {
  const number = Number(exec.scenario.name.split('_')[1]);
  const change = plan.cases[number - 1]?.[phase];
  if (change && control) await makeChange({ control, change, number, phase });
}

function markStart(startTime: number): void {
  const { metadata } = exec.vu.metrics;
  metadata.started_ms = String(startTime);
  started.add(1);
  delete metadata.started_ms;
}
