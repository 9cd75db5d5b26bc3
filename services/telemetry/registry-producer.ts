import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { millisToHrTime } from '@opentelemetry/core';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { Registry } from 'prom-client';

interface Sample {
  value: number;
  labels: Record<string, string | number>;
  metricName?: string;
}
interface Family {
  name: string;
  help: string;
  type: string;
  values: Sample[];
}

/** Hands the registry that /metrics shows to the SDK's reader, under the same names: counters and histograms cumulative. */
export class RegistryProducer implements MetricProducer {
  readonly #register: Registry;
  readonly #start: HrTime;

  constructor({ register }: { register: Registry }) {
    this.#register = register;
    this.#start = millisToHrTime(Date.now());
  }

  async collect(): Promise<CollectionResult> {
    const families = (await this.#register.getMetricsAsJSON()) as unknown as Family[];
    const times = { startTime: this.#start, endTime: millisToHrTime(Date.now()) };
    const metrics = families
      .filter(({ values }) => values.length > 0)
      .map((family) => metricOf(family, times));
    return {
      // The reader keeps the SDK's resource.
      resourceMetrics: {
        resource: emptyResource(),
        scopeMetrics: [{ scope: { name: 'storefront' }, metrics }],
      },
      errors: [],
    };
  }
}

type Times = Pick<DataPoint<number>, 'startTime' | 'endTime'>;

function metricOf(family: Family, times: Times): MetricData {
  const base = {
    descriptor: {
      name: family.name,
      description: family.help,
      unit: unitOf(family.name),
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  if (family.type === 'histogram') {
    return {
      ...base,
      dataPointType: DataPointType.HISTOGRAM,
      dataPoints: histogramPoints(family.values, times),
    };
  }
  const dataPoints = family.values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, labels }) => ({ ...times, attributes: attributesOf(labels), value }));
  if (family.type === 'counter') {
    return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints };
  }
  return { ...base, dataPointType: DataPointType.GAUGE, dataPoints };
}

function unitOf(name: string): string {
  if (/_seconds(_total)?$/.test(name)) return 's';
  if (/_bytes(_total)?$/.test(name)) return 'By';
  return '1';
}

function attributesOf(labels: Sample['labels']): Attributes {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}

/** The registry gives cumulative buckets (`le`) as samples; OTLP wants one point a series with counts per bucket. */
function histogramPoints(samples: Sample[], times: Times): DataPoint<Histogram>[] {
  const series = new Map<
    string,
    { labels: Sample['labels']; bounds: [number, number][]; sum: number; count: number }
  >();
  for (const { value, labels, metricName = '' } of samples) {
    const { le, ...rest } = labels;
    const id = JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
    const point = series.get(id) ?? { labels: rest, bounds: [], sum: 0, count: 0 };
    series.set(id, point);
    if (metricName.endsWith('_bucket') && le !== undefined) {
      if (le !== '+Inf') point.bounds.push([Number(le), value]);
    } else if (metricName.endsWith('_sum')) point.sum = value;
    else if (metricName.endsWith('_count')) point.count = value;
  }
  return [...series.values()].map(({ labels, bounds, sum, count }) => {
    bounds.sort(([a], [b]) => a - b);
    const cumulative = [...bounds.map(([, below]) => below), count];
    return {
      ...times,
      attributes: attributesOf(labels),
      value: {
        buckets: {
          boundaries: bounds.map(([bound]) => bound),
          counts: cumulative.map((below, index) => below - (cumulative[index - 1] ?? 0)),
        },
        sum,
        count,
      },
    };
  });
}
