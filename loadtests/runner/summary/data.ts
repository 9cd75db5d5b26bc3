import { createHash } from 'node:crypto';
import type { CheckCount } from '../engine/test.ts';
import { START_LAG } from '../metrics/definition.ts';
import type { Entry } from '../metrics/store.ts';
import type { ThresholdResult } from '../thresholds/evaluate.ts';

export interface MetricSummary {
  type: string;
  contains: string;
  values: Record<string, number>;
  thresholds?: Record<string, { ok: boolean }>;
}

/** What `handleSummary` gets, in the shape that k6 documents. */
export interface SummaryData {
  options: { summaryTrendStats: string[]; summaryTimeUnit: string; noColor: boolean };
  state: { isStdOutTTY: boolean; isStdErrTTY: boolean; testRunDurationMs: number };
  metrics: Record<string, MetricSummary>;
  root_group: {
    name: string;
    path: string;
    id: string;
    groups: never[];
    checks: { name: string; path: string; id: string; passes: number; fails: number }[];
  };
  setup_data?: unknown;
}

const STATS: Record<string, readonly string[]> = {
  counter: ['count', 'rate'],
  gauge: ['value', 'min', 'max'],
  rate: ['rate', 'passes', 'fails'],
};
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** Builds the summary of everything that has a sample; metrics with a threshold appear even without one. */
export function buildSummary({
  entries,
  thresholds,
  checks,
  trendStats,
  elapsedMs,
  setupData,
}: {
  entries: ReadonlyMap<string, Entry>;
  thresholds: ThresholdResult[];
  checks: Iterable<CheckCount>;
  trendStats: string[];
  elapsedMs: number;
  setupData?: string | undefined;
}): SummaryData {
  const metrics: Record<string, MetricSummary> = {};
  for (const [name, { definition, sink }] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const own = thresholds.filter(({ plan }) => plan.selector === name);
    if (sink.empty && own.length === 0) continue;
    // The lag's p99 is always reported, whichever statistics the script asks for.
    const trend = name === START_LAG ? [...new Set([...trendStats, 'p(99)'])] : trendStats;
    const values: Record<string, number> = {};
    for (const stat of STATS[definition.type] ?? trend) values[stat] = sink.stat(stat, elapsedMs) ?? 0;
    metrics[name] = {
      type: definition.type,
      contains: definition.contains,
      values,
      ...(own.length > 0 && {
        thresholds: Object.fromEntries(own.map(({ plan, ok }) => [plan.source, { ok }])),
      }),
    };
  }
  return {
    options: { summaryTrendStats: trendStats, summaryTimeUnit: '', noColor: !process.stdout.isTTY },
    state: {
      isStdOutTTY: process.stdout.isTTY === true,
      isStdErrTTY: process.stderr.isTTY === true,
      testRunDurationMs: elapsedMs,
    },
    metrics,
    root_group: {
      name: '',
      path: '',
      id: md5(''),
      groups: [],
      checks: [...checks].map(({ name, passes, fails }) => {
        const path = `::${name}`;
        return { name, path, id: md5(path), passes, fails };
      }),
    },
    ...(setupData !== undefined && { setup_data: JSON.parse(setupData) }),
  };
}

/** The object of k6's `--summary-export`: values flattened, and per threshold whether it *failed*. */
export function exportSummary(data: SummaryData): object {
  const metrics = Object.fromEntries(
    Object.entries(data.metrics).map(([name, { type, values, thresholds }]) => {
      const { rate, ...counts } = values;
      const flat = type === 'rate' ? { ...counts, value: rate } : values;
      const failed = Object.entries(thresholds ?? {}).map(([source, { ok }]) => [source, !ok]);
      return [name, { ...flat, ...(thresholds && { thresholds: Object.fromEntries(failed) }) }];
    }),
  );
  const checks = Object.fromEntries(data.root_group.checks.map((check) => [check.name, check]));
  return { root_group: { ...data.root_group, groups: {}, checks }, metrics };
}
