import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Indicator, Span } from '../../truth/record.ts';
import { median } from './delta.ts';
import { inside } from './quiet.ts';

const INDICATOR_COLUMNS = ['time', 'service', 'instance', 'metric_name', 'metric_value', 'labels'];

/** A series of one process: samples in order of time. `part` has the labels of the indicator, the others are its whole. */
interface Series {
  readonly part: boolean;
  readonly instance: string;
  readonly times: number[];
  readonly values: number[];
}

/** A sample as the indicator sees it: since `from_ms` (counters), at `at_ms`. */
interface Figure {
  readonly series: number;
  readonly part: boolean;
  readonly from_ms: number;
  readonly at_ms: number;
  readonly value: number;
}

/** An indicator between two samples, with the sample's own times. */
export interface Step {
  readonly from_ms: number;
  readonly at_ms: number;
  readonly value: number;
}

/** As people write it: `db_pool_connections{state=waiting} of web-api`. */
export const indicatorName = ({ metric, service, labels, as }: Indicator): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return `${metric}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} of ${service}, ${as}`;
};

/**
 * One indicator over a run. Memory: two numbers a sample of its series.
 *
 * value: the mean of the samples, over all series. rate: the increase a second, summed over the series; a counter that fell
 * began anew at zero. share: the increase of the series with all its labels, of that of the series with all but the last.
 * A series that begins while its process already has others of the metric was at zero until then.
 */
export class IndicatorSamples {
  readonly columns = INDICATOR_COLUMNS;
  readonly #indicator: Indicator;
  readonly #series = new Map<string, Series>();
  #figures: Figure[] | undefined;

  constructor(indicator: Indicator) {
    this.#indicator = indicator;
  }

  add(group: RowGroup): void {
    const [times, values, texts] = [
      group.column('time'),
      group.column('metric_value'),
      group.column('labels'),
    ];
    const [services, names] = [group.column('service'), group.column('metric_name')];
    const instances = group.column('instance');
    for (let i = 0; i < group.rows; i++) {
      if (names[i] !== this.#indicator.metric || services[i] !== this.#indicator.service) continue;
      const series = this.#seriesOf(textAt(instances, i) ?? '', textAt(texts, i) ?? '{}');
      series?.times.push(Number(times[i]));
      series?.values.push(Number(values[i]));
    }
  }

  #seriesOf(instance: string, text: string): Series | undefined {
    const key = `${instance}\0${text}`;
    let series = this.#series.get(key);
    if (series) return series;
    const labels = JSON.parse(text) as Record<string, unknown>;
    const wanted = Object.entries(this.#indicator.labels);
    const has = ([name, value]: [string, string]) => String(labels[name]) === value;
    const part = wanted.every(has);
    if (!part && !(this.#indicator.as === 'share' && wanted.slice(0, -1).every(has))) return undefined;
    series = { part, instance, times: [], values: [] };
    this.#series.set(key, series);
    return series;
  }

  /** How often a sample comes, ms. */
  get interval_ms(): number {
    const distances = [...this.#series.values()].flatMap(({ times }) =>
      times.slice(1).map((time, i) => time - (times[i] as number)),
    );
    return Math.max(1000, median(distances) ?? 5000);
  }

  /** Null where there is no sample. */
  valueIn(span: Span): number | null {
    return this.#combined(this.#figuresIn(span));
  }

  /** As many figures as samples fit into the span. */
  stepsIn(span: Span): Step[] {
    const [steps, figures] = [[] as Step[], this.#figuresIn(span)];
    const interval = this.interval_ms;
    const groups = grouped(figures, ({ at_ms }) => Math.floor((at_ms - span.start_ms) / interval));
    for (const [, group] of [...groups].sort(([a], [b]) => a - b)) {
      const value = this.#combined(group);
      if (value === null) continue;
      const least = (of: (figure: Figure) => number) => Math.min(...group.map(of));
      steps.push({ from_ms: least(({ from_ms }) => from_ms), at_ms: least(({ at_ms }) => at_ms), value });
    }
    return steps;
  }

  /** An increase is told of at its end: one that ends where a span begins is of the time before it. */
  #figuresIn(span: Span): readonly Figure[] {
    const counts = this.#indicator.as !== 'value';
    return this.#all().filter(({ at_ms }) =>
      counts ? at_ms > span.start_ms && at_ms <= span.end_ms : inside(at_ms, span),
    );
  }

  #combined(figures: readonly Figure[]): number | null {
    if (figures.length === 0) return null;
    const sum = (list: readonly Figure[], of: (figure: Figure) => number) =>
      list.reduce((total, figure) => total + of(figure), 0);
    const mean = (list: readonly Figure[]) => sum(list, ({ value }) => value) / list.length;
    if (this.#indicator.as === 'value') return mean(figures);
    if (this.#indicator.as === 'share') {
      const whole = sum(figures, ({ value }) => value);
      return whole === 0
        ? null
        : sum(
            figures.filter(({ part }) => part),
            ({ value }) => value,
          ) / whole;
    }
    let rate = 0;
    for (const group of grouped(figures, ({ series }) => series).values()) {
      const seconds = sum(group, ({ from_ms, at_ms }) => at_ms - from_ms) / 1000;
      rate += sum(group, ({ value }) => value) / seconds;
    }
    return rate;
  }

  /** When a process last told of the metric before; undefined where it had not. */
  #lastBefore(instance: string, at_ms: number): number | undefined {
    let last: number | undefined;
    for (const { instance: own, times } of this.#series.values()) {
      if (own !== instance || (times[0] ?? at_ms) >= at_ms) continue;
      for (const time of times) if (time < at_ms && time > (last ?? 0)) last = time;
    }
    return last;
  }

  /** In order of time. */
  #all(): readonly Figure[] {
    if (this.#figures) return this.#figures;
    const figures: Figure[] = [];
    const counts = this.#indicator.as !== 'value';
    for (const [number, { part, instance, times, values }] of [...this.#series.values()].entries()) {
      const [at_ms, value] = [times[0], values[0]];
      const from_ms = at_ms === undefined ? undefined : this.#lastBefore(instance, at_ms);
      if (counts && at_ms !== undefined && from_ms !== undefined && value !== undefined)
        figures.push({ series: number, part, from_ms, at_ms, value });
      for (let i = counts ? 1 : 0; i < times.length; i++) {
        const [at_ms, value] = [times[i] as number, values[i] as number];
        const from_ms = counts ? (times[i - 1] as number) : at_ms;
        const before = counts ? (values[i - 1] as number) : 0;
        if (counts && at_ms === from_ms) continue;
        figures.push({
          series: number,
          part,
          from_ms,
          at_ms,
          value: value >= before ? value - before : value,
        });
      }
    }
    this.#figures = figures.sort((a, b) => a.at_ms - b.at_ms);
    return this.#figures;
  }
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
