import { errors } from '../errors.ts';
import { parseTrendStat } from '../metrics/sink.ts';
import { parseThresholds, type ThresholdPlan } from '../thresholds/expression.ts';
import { parseDuration } from './duration.ts';
import { parseScenario, type ScenarioPlan } from './scenario.ts';

/** The checked `options` of a script. */
export interface TestPlan {
  scenarios: ScenarioPlan[];
  thresholds: ThresholdPlan[];
  summaryTrendStats: string[];
  setupTimeoutMs: number;
  teardownTimeoutMs: number;
}

const ALLOWED = ['scenarios', 'thresholds', 'summaryTrendStats', 'setupTimeout', 'teardownTimeout'];
const DEFAULT_STATS = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'];

/** Checks a script's `options`; without scenarios it is one VU and one iteration, as in k6. */
export function parseOptions({
  options,
  exported,
}: {
  options: unknown;
  exported: Record<string, unknown>;
}): TestPlan {
  const given = (options ?? {}) as Record<string, unknown>;
  if (typeof given !== 'object') throw errors.invalidOption('options', 'an object', options);
  for (const key of Object.keys(given)) {
    if (!ALLOWED.includes(key)) throw errors.unsupportedOption(key, ALLOWED);
  }
  const listed = given.scenarios ?? { default: { executor: 'shared-iterations' } };
  if (typeof listed !== 'object' || Object.keys(listed).length === 0) {
    throw errors.invalidOption('scenarios', 'an object with at least one scenario', listed);
  }
  const scenarios = Object.entries(listed).map(([name, value]) => parseScenario({ name, value }));
  for (const { exec, name } of scenarios) {
    if (typeof exported[exec] !== 'function') throw errors.missingFunction(exec, name);
  }
  const stats = given.summaryTrendStats ?? DEFAULT_STATS;
  if (!Array.isArray(stats) || !stats.every((stat) => parseTrendStat(stat) !== undefined)) {
    throw errors.invalidOption('summaryTrendStats', 'a list of avg, min, med, max, count and p(N)', stats);
  }
  return {
    scenarios,
    thresholds: parseThresholds(given.thresholds ?? {}),
    summaryTrendStats: stats,
    setupTimeoutMs: parseDuration({ name: 'setupTimeout', value: given.setupTimeout ?? '60s' }),
    teardownTimeoutMs: parseDuration({ name: 'teardownTimeout', value: given.teardownTimeout ?? '60s' }),
  };
}
