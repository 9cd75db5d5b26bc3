import type { Json } from '../read/otlp-json.ts';
import { epochMs, type NativeHistogram, type Series } from './api.ts';
import type { Kind } from './kinds.ts';

const CUMULATIVE = 2;
/** Labels that Prometheus gives every series of a target, and what they say of a resource (compatibility/prometheus_and_openmetrics). */
const RESOURCE = { job: 'service.name', instance: 'service.instance.id' } as const;

export interface Samples {
  readonly request: Json;
  readonly count: number;
}

/** Series of one metric as an OTLP request, and how many samples that are. */
export function requestOf({
  name,
  kind,
  series,
}: {
  name: string;
  kind: Kind;
  series: readonly Series[];
}): Samples {
  const targets = new Map<string, { resource: Json[]; numbers: Json[]; histograms: Json[] }>();
  let count = 0;
  for (const { metric, values = [], histograms = [] } of series) {
    const { __name__: _, ...labels } = metric;
    const key = JSON.stringify([labels.job, labels.instance]);
    const target = targets.get(key) ?? { resource: resourceOf(labels), numbers: [], histograms: [] };
    targets.set(key, target);
    const attributes = attributesOf(labels);
    for (const [at, value] of values)
      target.numbers.push({ ...pointAt(at), attributes, asDouble: double(value) });
    for (const [at, value] of histograms)
      target.histograms.push({ ...pointAt(at), attributes, ...histogramOf(value) });
    count += values.length + histograms.length;
  }
  const resourceMetrics = [...targets.values()].map(({ resource, numbers, histograms }) => ({
    resource: { attributes: resource },
    scopeMetrics: [
      { scope: { name: 'prometheus' }, metrics: metricsOf({ name, kind, numbers, histograms }) },
    ],
  }));
  return { request: { resourceMetrics }, count };
}

function metricsOf(of: { name: string; kind: Kind; numbers: Json[]; histograms: Json[] }): Json[] {
  const { data, unit } = of.kind;
  const named = { name: of.name, ...(unit !== '' && { unit }) };
  const cumulative = { aggregationTemporality: CUMULATIVE };
  const metrics: Json[] = [];
  if (of.numbers.length > 0)
    metrics.push({
      ...named,
      [data]: { dataPoints: of.numbers, ...(data === 'sum' && { ...cumulative, isMonotonic: true }) },
    });
  if (of.histograms.length > 0)
    metrics.push({ ...named, histogram: { ...cumulative, dataPoints: of.histograms } });
  return metrics;
}

const attribute = (key: string, value: string): Json => ({ key, value: { stringValue: value } });

const resourceOf = (labels: Readonly<Record<string, string>>): Json[] =>
  Object.entries(RESOURCE).flatMap(([label, name]) =>
    labels[label] === undefined ? [] : [attribute(name, labels[label])],
  );

const attributesOf = (labels: Readonly<Record<string, string>>): Json[] =>
  Object.entries(labels)
    .filter(([label]) => !(label in RESOURCE))
    .map(([label, value]) => attribute(label, value));

const pointAt = (at: number): Json => ({ timeUnixNano: `${epochMs(at)}000000` });

/** The text format says `+Inf`. */
const double = (value: string): number => Number(value.replace(/Inf$/, 'Infinity'));

/** A native histogram with the bounds that the server gives its buckets; between those that lie apart, an empty one. */
function histogramOf({ count, sum, buckets = [] }: NativeHistogram): Json {
  const bounds: number[] = [];
  const counts: string[] = [];
  let top = Number.NEGATIVE_INFINITY;
  const add = (upTo: number, inside: string) => {
    bounds.push(upTo);
    counts.push(inside);
    top = upTo;
  };
  for (const [, from, to, inside] of buckets) {
    if (double(from) > top) add(double(from), '0');
    add(double(to), whole(inside));
  }
  // OTLP: one more count than bounds, for what lies above the last.
  if (top === Number.POSITIVE_INFINITY) bounds.pop();
  else if (bounds.length > 0) counts.push('0');
  return { count: whole(count), sum: double(sum), explicitBounds: bounds, bucketCounts: counts };
}

/** Counts may have fractions where a server makes them of others; OTLP counts whole values. */
const whole = (count: string): string => String(BigInt(Math.round(Number(count))));
