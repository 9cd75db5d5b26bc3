import { errors } from '../errors.ts';
import type { MetricType } from '../metrics/definition.ts';
import { parseTrendStat } from '../metrics/sink.ts';
import type { MetricStore } from '../metrics/store.ts';
import { parseDuration } from '../options/duration.ts';
import type { ThresholdPlan } from './expression.ts';

export interface ThresholdResult {
  plan: ThresholdPlan;
  ok: boolean;
  /** undefined when the metric has no sample: such a threshold passes, as in k6. */
  actual: number | undefined;
}

const STATS: Record<MetricType, (stat: string) => boolean> = {
  counter: (stat) => stat === 'count' || stat === 'rate',
  gauge: (stat) => stat === 'value',
  rate: (stat) => stat === 'rate',
  trend: (stat) => parseTrendStat(stat) !== undefined,
};

/** Rejects thresholds whose aggregate the metric's type does not have, before anything starts. */
export function checkThresholds({ store, plans }: { store: MetricStore; plans: ThresholdPlan[] }): void {
  for (const { selector, stat, source, delayAbortEval } of plans) {
    const type = store.entries.get(selector)?.definition.type;
    if (!type) throw errors.unknownThresholdMetric(selector);
    if (!STATS[type](stat))
      throw errors.invalidThreshold(selector, `on an aggregate that a ${type} has`, source);
    parseDuration({ name: `thresholds.${selector}.delayAbortEval`, value: delayAbortEval });
  }
}

/** Evaluates all thresholds on what has been collected so far. */
export function evaluateThresholds({
  store,
  plans,
  elapsedMs,
}: {
  store: MetricStore;
  plans: ThresholdPlan[];
  elapsedMs: number;
}): ThresholdResult[] {
  return plans.map((plan) => {
    const sink = store.entries.get(plan.selector)?.sink;
    const actual = !sink || sink.empty ? undefined : sink.stat(plan.stat, elapsedMs);
    return { plan, actual, ok: actual === undefined || plan.holds(actual) };
  });
}

/** The first failed threshold that ends the test now, if any. */
export function findAbort({
  results,
  elapsedMs,
}: {
  results: ThresholdResult[];
  elapsedMs: number;
}): ThresholdResult | undefined {
  return results.find(
    ({ ok, plan }) =>
      !ok &&
      plan.abortOnFail &&
      elapsedMs >= parseDuration({ name: 'delayAbortEval', value: plan.delayAbortEval }),
  );
}
