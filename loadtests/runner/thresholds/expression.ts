import { errors } from '../errors.ts';
import { parseTrendStat } from '../metrics/sink.ts';

/** One parsed threshold, such as `p(95)<200` on `http_req_duration{name:search}`. */
export interface ThresholdPlan {
  /** Metric or sub-metric. */
  selector: string;
  source: string;
  stat: string;
  holds: (actual: number) => boolean;
  abortOnFail: boolean;
  /** Milliseconds, see k6's `delayAbortEval`. */
  delayAbortEval: unknown;
}

const EXPRESSION = /^\s*([a-z]+(?:\(\s*[\d.]+\s*\))?)\s*(<=|>=|===|==|!=|<|>)\s*(-?\d+(?:\.\d+)?)\s*$/;
const COMPARE: Record<string, (actual: number, limit: number) => boolean> = {
  '<': (actual, limit) => actual < limit,
  '<=': (actual, limit) => actual <= limit,
  '>': (actual, limit) => actual > limit,
  '>=': (actual, limit) => actual >= limit,
  '==': (actual, limit) => actual === limit,
  '===': (actual, limit) => actual === limit,
  '!=': (actual, limit) => actual !== limit,
};

/** Checks `options.thresholds`. Throws INVALID_THRESHOLD. */
export function parseThresholds(value: unknown): ThresholdPlan[] {
  if (typeof value !== 'object' || value === null)
    throw errors.invalidOption('thresholds', 'an object', value);
  return Object.entries(value).flatMap(([selector, list]) => {
    if (!Array.isArray(list)) throw errors.invalidThreshold(selector, 'a list of expressions', list);
    return list.map((item) => parseThreshold({ selector, item }));
  });
}

function parseThreshold({ selector, item }: { selector: string; item: unknown }): ThresholdPlan {
  const { threshold, abortOnFail, delayAbortEval } = (
    typeof item === 'string' ? { threshold: item } : (item ?? {})
  ) as { threshold?: unknown; abortOnFail?: boolean; delayAbortEval?: unknown };
  const match = typeof threshold === 'string' ? EXPRESSION.exec(threshold) : null;
  const stat = match?.[1]?.replaceAll(/\s/g, '') ?? '';
  const compare = COMPARE[match?.[2] ?? ''];
  const known = ['count', 'rate', 'value'].includes(stat) || parseTrendStat(stat) !== undefined;
  if (typeof threshold !== 'string' || !compare || !known) {
    throw errors.invalidThreshold(
      selector,
      'an expression such as "p(95)<200", "rate>0.99" or "count==0"',
      item,
    );
  }
  const limit = Number(match?.[3]);
  return {
    selector,
    source: threshold,
    stat,
    holds: (actual) => compare(actual, limit),
    abortOnFail: abortOnFail === true,
    delayAbortEval: delayAbortEval ?? 0,
  };
}
