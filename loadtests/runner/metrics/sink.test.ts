import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSink } from './sink.ts';
import { parseSelector } from './store.ts';

test('percentiles interpolate between the closest ranks', () => {
  const sink = createSink('trend');
  for (let value = 1_000; value >= 1; value--) sink.add(value);
  assert.deepEqual(
    ['min', 'med', 'max', 'avg', 'count', 'p(90)', 'p(99.9)'].map((stat) =>
      Number(sink.stat(stat, 0)?.toFixed(6)),
    ),
    [1, 500.5, 1_000, 500.5, 1_000, 900.1, 999.001],
  );
  assert.equal(sink.stat('rate', 0), undefined);
});

test('counters give a rate a second, rates count what is not zero, gauges keep the last', () => {
  const counter = createSink('counter');
  for (const value of [1, 2, 3]) counter.add(value);
  assert.deepEqual([counter.stat('count', 2_000), counter.stat('rate', 2_000)], [6, 3]);
  const rate = createSink('rate');
  for (const value of [1, 0, 1, 1]) rate.add(value);
  assert.deepEqual([rate.stat('rate', 0), rate.stat('passes', 0), rate.stat('fails', 0)], [0.75, 3, 1]);
  const gauge = createSink('gauge');
  for (const value of [4, 9, 2]) gauge.add(value);
  assert.deepEqual([gauge.stat('value', 0), gauge.stat('min', 0), gauge.stat('max', 0)], [2, 2, 9]);
});

test('sub-metrics are selected by tags', () => {
  assert.deepEqual(parseSelector('http_reqs'), { metric: 'http_reqs', filter: [] });
  assert.deepEqual(parseSelector('http_reqs{name:a, status:"200"}'), {
    metric: 'http_reqs',
    filter: [
      ['name', 'a'],
      ['status', '200'],
    ],
  });
  assert.throws(() => parseSelector('http_reqs{name}'), { code: 'INVALID_THRESHOLD' });
});
