import { errors } from '../errors.ts';
import type { MetricDefinition } from './definition.ts';
import { createSink, type Sink } from './sink.ts';

/** One measured value. `time` is epoch milliseconds. */
export interface Sample {
  metric: string;
  time: number;
  value: number;
  tags: Record<string, string>;
  metadata?: Record<string, string>;
}

export interface Entry {
  definition: MetricDefinition;
  sink: Sink;
}

interface SubMetric extends Entry {
  filter: [string, string][];
}

/** k6 always splits this one off. */
const ALWAYS = 'http_req_duration{expected_response:true}';

/** Aggregates samples by metric, and by the sub-metrics (`name{tag:value}`) that thresholds name. */
export class MetricStore {
  readonly entries = new Map<string, Entry>();
  private readonly subMetrics = new Map<string, SubMetric[]>();
  private readonly definitions: Map<string, MetricDefinition>;

  constructor({ definitions, selectors }: { definitions: MetricDefinition[]; selectors: string[] }) {
    this.definitions = new Map(definitions.map((definition) => [definition.name, definition]));
    for (const definition of definitions) {
      this.entries.set(definition.name, { definition, sink: createSink(definition.type) });
    }
    for (const selector of new Set([ALWAYS, ...selectors])) this.addSubMetric(selector);
  }

  add(sample: Sample): void {
    const entry = this.entries.get(sample.metric);
    if (!entry) return;
    entry.sink.add(sample.value);
    for (const sub of this.subMetrics.get(sample.metric) ?? []) {
      if (sub.filter.every(([tag, value]) => sample.tags[tag] === value)) sub.sink.add(sample.value);
    }
  }

  /** Names of the sub-metrics of a metric, in the order of their declaration. */
  selectorsOf(metric: string): string[] {
    return [...this.entries.keys()].filter((name) => name.startsWith(`${metric}{`));
  }

  private addSubMetric(selector: string): void {
    const { metric, filter } = parseSelector(selector);
    const definition = this.definitions.get(metric);
    if (!definition) throw errors.unknownThresholdMetric(selector);
    if (filter.length === 0) return;
    const sub = { definition, sink: createSink(definition.type), filter };
    this.entries.set(selector, sub);
    this.subMetrics.set(metric, [...(this.subMetrics.get(metric) ?? []), sub]);
  }
}

/** Splits `http_req_duration{name:search,method:GET}` into its metric and tag filter. */
export function parseSelector(selector: string): { metric: string; filter: [string, string][] } {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:\{(.*)\})?$/.exec(selector);
  if (!match)
    throw errors.invalidThreshold(selector, 'on a metric such as "checks" or "checks{name:login}"', selector);
  const filter = (match[2] ?? '')
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part): [string, string] => {
      const colon = part.indexOf(':');
      if (colon < 1) throw errors.invalidThreshold(selector, 'tagged as {name:value}', part);
      const value = part.slice(colon + 1).trim();
      return [part.slice(0, colon).trim(), value.replace(/^(["'])(.*)\1$/, '$2')];
    });
  return { metric: match[1] ?? '', filter };
}
