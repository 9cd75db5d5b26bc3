import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Indicator } from '../../truth/record.ts';
import { IndicatorSamples } from './indicators.ts';

type Sample = [second: number, value: number, labels?: Record<string, string>, instance?: string];

function samplesOf(
  as: Indicator['as'],
  rows: Sample[],
  labels: Record<string, string> = {},
): IndicatorSamples {
  const samples = new IndicatorSamples({ metric: 'm', service: 's', labels, as, moves: 'up' });
  const columns: Record<string, unknown[]> = {
    time: rows.map(([second]) => second * 1000),
    metric_value: rows.map(([, value]) => value),
    labels: rows.map(([, , of = {}]) => JSON.stringify(of)),
    instance: rows.map(([, , , instance = 'a']) => instance),
    metric_name: rows.map(() => 'm'),
    service: rows.map(() => 's'),
  };
  samples.add({ rows: rows.length, start: 0, column: (name) => columns[name] ?? [] });
  return samples;
}
const span = (from: number, to: number) => ({ start_ms: from * 1000, end_ms: to * 1000 });

test('value: the mean of the samples in a window, over the series', () => {
  const samples = samplesOf('value', [
    [1, 10],
    [1, 30, {}, 'b'],
    [6, 20],
    [6, 60, {}, 'b'],
    [11, 5],
  ]);
  assert.equal(samples.valueIn(span(0, 10)), 30);
  assert.equal(samples.valueIn(span(20, 30)), null);
  assert.deepEqual(
    samples.stepsIn(span(0, 15)).map(({ at_ms, value }) => [at_ms, value]),
    [
      [1000, 20],
      [6000, 40],
      [11_000, 5],
    ],
  );
});

test('rate: the increase a second, and a counter that fell began anew', () => {
  const samples = samplesOf('rate', [
    [0, 100],
    [5, 110],
    [10, 4],
    [15, 24],
    [5, 7, {}, 'b'],
    [15, 27, {}, 'b'],
  ]);
  assert.equal(samples.valueIn(span(1, 6)), 2);
  assert.equal(samples.valueIn(span(6, 11)), 0.8);
  assert.equal(samples.valueIn(span(11, 16)), 4 + 2);
});

test('an increase that ends where a window begins is of the time before it, one that ends where it ends is of it', () => {
  const samples = samplesOf('rate', [
    [0, 0],
    [10, 0],
    [20, 50],
    [30, 50],
  ]);
  assert.equal(samples.valueIn(span(10, 20)), 5);
  assert.equal(samples.valueIn(span(20, 30)), 0);
  assert.deepEqual(
    samples.stepsIn(span(10, 30)).map(({ at_ms, value }) => [at_ms, value]),
    [
      [20_000, 5],
      [30_000, 0],
    ],
  );
});

test('share: of the series with all labels but the last, those with the last', () => {
  const of = (result: string, cache = 'popular') => ({ cache, result });
  const samples = samplesOf(
    'share',
    [
      ...([
        [0, 0, of('hit')],
        [0, 0, of('miss')],
        [0, 0, of('miss', 'users')],
      ] as Sample[]),
      ...([
        [5, 9, of('hit')],
        [5, 3, of('miss')],
        [5, 100, of('miss', 'users')],
      ] as Sample[]),
      ...([
        [10, 9, of('hit')],
        [10, 3, of('miss')],
        [10, 200, of('miss', 'users')],
      ] as Sample[]),
    ],
    of('hit'),
  );
  assert.equal(samples.valueIn(span(1, 6)), 0.75);
  assert.equal(samples.valueIn(span(6, 11)), null, 'nobody looked anything up');
});

test('a series that begins while its process has others of the metric was at zero until then', () => {
  const [hit, miss] = [{ result: 'hit' }, { result: 'miss' }];
  const samples = samplesOf(
    'share',
    [
      [0, 10, hit],
      [5, 20, hit],
      [10, 29, hit],
      [10, 1, miss],
      [12, 50, hit, 'b'],
      [12, 2, miss, 'b'],
    ],
    { result: 'hit' },
  );
  assert.equal(samples.valueIn(span(6, 11)), 0.9);
  assert.equal(
    samples.valueIn(span(11, 15)),
    null,
    'nothing is known of another process before its first samples',
  );
});
