import { convertForeign, type ForeignOptions } from './convert-foreign.ts';
import type { Prometheus } from './prometheus/api.ts';
import { type ImportProgress, importSamples } from './prometheus/import.ts';
import { selectorOfOne } from './prometheus/selector.ts';
import { ownRawPrefix } from './run/runs.ts';
import { openBelow } from './store/open.ts';

export interface PrometheusOptions extends Omit<ForeignOptions, 'source' | 'bring' | 'sinceMs' | 'untilMs'> {
  readonly prometheus: Prometheus;
  /** Of all series only these. */
  readonly match?: string | undefined;
  /** Epoch ms, inclusive. */
  readonly sinceMs: number;
  /** Epoch ms, exclusive. */
  readonly untilMs: number;
  /** Time that is asked for at once. */
  readonly sliceMs?: number;
  readonly onImport?: (progress: ImportProgress) => void;
}

/**
 * Converts what a Prometheus server holds: its samples become raw objects of the run, which stay, and those are converted as
 * any collector's. @throws as `convertForeign` and `importSamples`
 */
export async function convertPrometheus({
  prometheus,
  match,
  sliceMs,
  onImport,
  ...options
}: PrometheusOptions): ReturnType<typeof convertForeign> {
  selectorOfOne(match); // refused before anything is begun
  const { raw, runId, sinceMs, untilMs, signal } = options;
  const into = openBelow({ store: raw, prefix: `${ownRawPrefix(runId)}/prometheus` });
  const bring = () =>
    importSamples({
      ...{ prometheus, match, sinceMs, untilMs, into, signal },
      ...(sliceMs !== undefined && { sliceMs }),
      ...(onImport && { onProgress: onImport }),
    });
  return convertForeign({ ...options, source: into, bring });
}
