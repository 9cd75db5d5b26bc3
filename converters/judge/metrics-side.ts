import { type RowGroup, textAt } from '../dataset/parquet.ts';
import { increment } from '../dataset/verify-rows.ts';
import type { MetricReport } from './quality.ts';

const METRIC_COLUMNS = ['time', 'event_kind', 'service', 'instance', 'metric_name', 'metric_value', 'labels'];

/** The services push their metrics every 5 s. */
const OWN_INTERVAL_MS = 5_000;
const DROPPED_SPANS = /^telemetry_spans_dropped(_total)?$/;

interface Series {
  last: number;
  /** Distance to the sample before, in half seconds → how often. */
  readonly distances: Map<number, number>;
}

/** Metric samples by series: how regular they are, and what the SDKs say that they dropped. */
export class MetricsSide {
  readonly columns = METRIC_COLUMNS;
  readonly #own: ReadonlySet<string>;
  readonly #services = new Map<string, Map<string, Series>>();
  readonly #dropped = new Map<string, number>();
  #samples = 0;

  /** @param own services that push their metrics themselves; others are read by the collector at an interval of its own */
  constructor(own: readonly string[]) {
    this.#own = new Set(own);
  }

  add(group: RowGroup): void {
    const column = Object.fromEntries(METRIC_COLUMNS.map((name) => [name, group.column(name)]));
    for (let i = 0; i < group.rows; i++) {
      const text = (name: string) => textAt(column[name] ?? [], i) ?? '';
      const key = `${text('instance')}\0${text('metric_name')}\0${text('labels')}`;
      this.#samples++;
      this.#addSample({ service: text('service'), key, time: Number(column.time?.[i]) });
      // Rows are in order of time: the last one stays. The counter counts up within a process.
      if (DROPPED_SPANS.test(text('metric_name'))) {
        this.#dropped.set(`${text('service')}\0${key}`, Number(column.metric_value?.[i]));
      }
    }
  }

  #addSample({ service, key, time }: { service: string; key: string; time: number }): void {
    const series = this.#services.get(service) ?? new Map<string, Series>();
    this.#services.set(service, series);
    const known = series.get(key);
    if (!known) {
      series.set(key, { last: time, distances: new Map() });
      return;
    }
    increment(known.distances, Math.round((time - known.last) / 500));
    known.last = time;
  }

  /** Spans that the SDKs dropped, over all instances; null where no instance has the counter. */
  droppedSpans(): number | null {
    if (this.#dropped.size === 0) return null;
    return [...this.#dropped.values()].reduce((sum, value) => sum + value, 0);
  }

  report(): MetricReport {
    const services = [...this.#services.keys()].sort().map((service) => this.#serviceReport(service));
    return {
      series: [...this.#services.values()].reduce((sum, series) => sum + series.size, 0),
      samples: this.#samples,
      missing: services.reduce((sum, { missing }) => sum + missing, 0),
      services: services.sort((a, b) => b.missing - a.missing),
    };
  }

  /** Samples missing within each series; a series of a new process is another one, so that a restart is no gap. */
  #serviceReport(service: string): MetricReport['services'][number] {
    const series = [...(this.#services.get(service)?.values() ?? [])];
    const interval_ms = this.#own.has(service) ? OWN_INTERVAL_MS : medianDistance(series) * 500;
    let [samples, missing] = [series.length, 0];
    for (const { distances } of series) {
      for (const [distance, times] of distances) {
        samples += times;
        missing += Math.max(0, Math.round((distance * 500) / Math.max(interval_ms, 500)) - 1) * times;
      }
    }
    return { service, interval_ms, samples, missing };
  }
}

/** In half seconds. */
function medianDistance(series: readonly Series[]): number {
  const counts = new Map<number, number>();
  for (const { distances } of series)
    for (const [distance, times] of distances) increment(counts, distance, times);
  const total = [...counts.values()].reduce((sum, times) => sum + times, 0);
  let below = 0;
  for (const [distance, times] of [...counts].sort(([a], [b]) => a - b)) {
    below += times;
    if (below * 2 >= total) return distance;
  }
  return 0;
}
