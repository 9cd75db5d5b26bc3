import type { LoadSummary } from '../load.ts';
import { knownMetrics } from '../runner/metrics/definition.ts';
import { MetricStore } from '../runner/metrics/store.ts';
import { readSamples } from '../runner/points/read.ts';
import { buildSummary, exportSummary } from '../runner/summary/data.ts';

const STATS = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)'];

/**
 * Sums a points file up. k6's own summary files differ between its versions; the points do not, so for k6 the summary
 * comes from them. Rates are over the time from the first to the last point.
 */
export async function tallyPoints(path: string): Promise<LoadSummary> {
  const store = new MetricStore({ definitions: knownMetrics(), selectors: [] });
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for await (const sample of readSamples(path)) {
    first = Math.min(first, sample.time);
    last = Math.max(last, sample.time);
    store.add(sample);
  }
  const data = buildSummary({
    entries: store.entries,
    thresholds: [],
    checks: [],
    trendStats: STATS,
    elapsedMs: Math.max(0, last - first),
  });
  return exportSummary(data) as LoadSummary;
}
