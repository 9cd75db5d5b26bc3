import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  AggregationType,
  type ExponentialHistogram,
  MeterProvider,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { mapObject } from '../map/map-object.test-world.ts';
import { eventOf } from '../ocsf/event.ts';
import { problems } from '../ocsf/validate.ts';
import { flatRowsOf } from '../write/rows-of.test-world.ts';
import { foreignPieces } from './foreign.ts';

/** Reads when it is asked to. */
class OnDemand extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** What an OpenTelemetry SDK measured. */
async function measured(temporality: AggregationTemporality): Promise<ResourceMetrics> {
  const reader = new OnDemand({ aggregationTemporalitySelector: () => temporality });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'shop' }),
    readers: [reader],
    views: [
      { instrumentName: 'payload', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
      {
        instrumentName: 'latency',
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [1, 5] } },
      },
    ],
  });
  const meter = provider.getMeter('a meter');
  meter.createCounter('orders').add(7, { route: '/x' });
  meter.createUpDownCounter('open').add(-3);
  for (const value of [0.5, 3, 9]) meter.createHistogram('latency', { unit: 's' }).record(value);
  for (const value of [0, 0.001, 1, 1, 700, 70_000]) meter.createHistogram('payload').record(value);
  const { resourceMetrics, errors } = await reader.collect();
  assert.deepEqual(errors, []);
  await provider.shutdown();
  return resourceMetrics;
}

/** The rows of an object, as any collector may put it. */
async function rowsOf(bytes: Uint8Array) {
  async function* chunks() {
    yield bytes;
  }
  const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
  for await (const piece of foreignPieces({ key: 'x', chunks: chunks() })) {
    assert.deepEqual([piece.signal, piece.refused], ['metrics', []]);
    const { rows, rejected } = mapObject({ bytes: piece.bytes, signal: piece.signal, window });
    assert.deepEqual(rejected, []);
    for (let row = 0; row < rows.length; row++) assert.deepEqual(problems(eventOf(rows, row)), []);
    return flatRowsOf(rows);
  }
  throw new Error('no piece');
}

for (const [temporality, said] of [
  [AggregationTemporality.CUMULATIVE, 'cumulative'],
  [AggregationTemporality.DELTA, 'delta'],
] as const)
  test(`what an SDK measures is the same by protobuf and by JSON: ${said}`, async () => {
    const metrics = await measured(temporality);
    const serialized = [ProtobufMetricsSerializer, JsonMetricsSerializer].map((by) =>
      by.serializeRequest(metrics),
    );
    const [rows, others] = await Promise.all(serialized.map((bytes) => rowsOf(bytes as Uint8Array)));
    assert.ok(rows && others);
    assert.deepEqual(others, rows);
    assert.deepEqual(
      rows.map(({ metric_name, metric_value, metric_type, labels }) => [
        ...[metric_name, metric_value, metric_type, labels],
      ]),
      [
        ['latency_sum', 12.5, 'histogram', '{}'],
        ['latency_count', 3, 'histogram', '{}'],
        ['latency_bucket', 1, 'histogram', '{"le":"1"}'],
        ['latency_bucket', 2, 'histogram', '{"le":"5"}'],
        ['latency_bucket', 3, 'histogram', '{"le":"+Inf"}'],
        ['payload_sum', 70_702.001, 'exponential_histogram', '{}'],
        ['payload_count', 6, 'exponential_histogram', '{}'],
        ['orders', 7, 'counter', '{"route":"/x"}'],
        ['open', -3, 'gauge', '{}'],
      ],
    );
    // The sum of what goes up and down is not a delta to an SDK, whatever it is asked for.
    const signed = rows.filter(({ metric_name }) => metric_name !== 'open');
    assert.deepEqual([...new Set(signed.map(({ metric_temporality }) => metric_temporality))], [said]);
    const kept = rows
      .filter(({ attributes }) => attributes !== undefined)
      .map(({ attributes }) => JSON.parse(String(attributes)));
    assert.deepEqual(kept[0], { histogram: { min: 0.5, max: 9 } });
    const point = metrics.scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === 'payload')
      ?.dataPoints[0]?.value as ExponentialHistogram;
    const buckets = ({ offset, bucketCounts }: ExponentialHistogram['positive']) => ({
      ...{ offset, bucket_counts: bucketCounts },
    });
    const { scale, zeroCount, sum, count, min, max, positive, negative } = point;
    assert.deepEqual(kept[1], {
      exponential_histogram: {
        ...{
          scale,
          zero_count: zeroCount,
          sum,
          count,
          min,
          max,
        },
        ...{ positive: buckets(positive), negative: buckets(negative) },
      },
    });
    assert.equal(
      positive.bucketCounts.reduce((all, one) => all + one, zeroCount),
      6,
    );
  });
