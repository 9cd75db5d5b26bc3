import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RegistryProducer } from './registry-producer.ts';

test('a registry becomes cumulative sums, gauges and histograms under its own names', async () => {
  const register = new Registry();
  const registers = [register];
  new Counter({ name: 'orders_total', help: 'h', labelNames: ['result'], registers }).inc(
    { result: 'placed' },
    3,
  );
  new Gauge({ name: 'heap_bytes', help: 'h', registers }).set(12.5);
  new Gauge({ name: 'absent', help: 'h', registers }).set(Number.NaN);
  const histogram = new Histogram({
    name: 'wait_seconds',
    help: 'h',
    labelNames: ['kind'],
    buckets: [0.1, 1],
    registers,
  });
  for (const value of [0.05, 0.5, 0.5, 7]) histogram.observe({ kind: 'a' }, value);
  histogram.observe({ kind: 'b' }, 0.1);

  const { resourceMetrics, errors } = await new RegistryProducer({ register }).collect();
  assert.deepEqual(errors, []);
  const metrics = new Map(
    resourceMetrics.scopeMetrics[0]?.metrics.map((metric) => [metric.descriptor.name, metric]),
  );
  const orders = metrics.get('orders_total');
  assert.equal(orders?.dataPointType, DataPointType.SUM);
  assert.deepEqual(
    orders?.dataPoints.map(({ value, attributes }) => ({ value, attributes })),
    [{ value: 3, attributes: { result: 'placed' } }],
  );
  assert.equal(metrics.get('heap_bytes')?.dataPoints[0]?.value, 12.5);
  assert.equal(metrics.get('heap_bytes')?.descriptor.unit, 'By');
  assert.deepEqual(metrics.get('absent')?.dataPoints, []);
  assert.deepEqual(
    metrics.get('wait_seconds')?.dataPoints.map(({ value, attributes }) => ({ value, attributes })),
    [
      {
        attributes: { kind: 'a' },
        value: { buckets: { boundaries: [0.1, 1], counts: [1, 2, 1] }, sum: 8.05, count: 4 },
      },
      {
        attributes: { kind: 'b' },
        value: { buckets: { boundaries: [0.1, 1], counts: [1, 0, 0] }, sum: 0.1, count: 1 },
      },
    ],
  );
});
