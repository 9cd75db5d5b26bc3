import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { LoadSummary } from '../load.ts';
import { knownMetrics, type MetricDefinition } from '../runner/metrics/definition.ts';
import { MetricStore, type Sample } from '../runner/metrics/store.ts';
import { buildSummary, exportSummary } from '../runner/summary/data.ts';

type Line =
  | { type: 'Metric'; metric: string; data: MetricDefinition }
  | {
      type: 'Point';
      metric: string;
      data: {
        time: string;
        value: number;
        tags: Record<string, string> | null;
        metadata?: Record<string, string> | null;
      };
    };

const STATS = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)'];

/**
 * Sums a points file up. k6's own summary files differ between its versions; the points do not, so for k6 the summary
 * comes from them. Rates are over the time from the first to the last point.
 */
export async function tallyPoints(path: string): Promise<LoadSummary> {
  const store = new MetricStore({ definitions: knownMetrics(), selectors: [] });
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for await (const text of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const line = parseLine(text);
    if (line?.type !== 'Point') continue;
    const time = Date.parse(line.data.time);
    first = Math.min(first, time);
    last = Math.max(last, time);
    const sample: Sample = { metric: line.metric, time, value: line.data.value, tags: line.data.tags ?? {} };
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

/** One line of a points file; undefined for one that was cut off when the program was killed. */
export function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
