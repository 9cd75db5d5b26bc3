import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PbfWriter } from 'pbf';
import { mapObject } from '../map/map-object.test-world.ts';
import { writeRequest } from '../read/otlp-json.ts';
import { flatRowsOf } from '../write/rows-of.test-world.ts';
import type { NativeHistogram } from './api.ts';
import { kindOf } from './kinds.ts';
import { requestOf } from './otlp.ts';
import { selectorOfOne } from './selector.ts';

const families = new Map(
  Object.entries({
    requests: 'counter', // OpenMetrics names a family without its _total
    orders_total: 'counter',
    latency: 'histogram',
    lag: 'summary',
    sizes: 'gaugehistogram',
    open_count: 'gauge',
    version: 'info',
  }).map(([name, type]) => [name, { type, unit: name === 'latency' ? 'seconds' : '' }]),
);

for (const [name, data, unit = ''] of [
  ['requests_total', 'sum'],
  ['orders_total', 'sum'],
  ['latency_bucket', 'sum', 'seconds'],
  ['latency_sum', 'sum', 'seconds'],
  ['latency_count', 'sum', 'seconds'],
  ['lag', 'gauge'],
  ['lag_sum', 'sum'],
  ['sizes_bucket', 'gauge'],
  ['open_count', 'gauge'],
  ['version', 'gauge'],
  ['unheard_of', 'gauge'],
  ['unheard_of_total', 'sum'],
  ['unheard_of_bucket', 'sum'],
  ['unheard_of_count', 'gauge'],
] as const)
  test(`${name} is a ${data}`, () => assert.deepEqual(kindOf(name, families), { data, unit }));

for (const [match, selector] of [
  [undefined, '{__name__="up"}'],
  ['{job="a"}', '{job="a",__name__="up"}'],
  [' {job="a", } ', '{job="a",__name__="up"}'],
  ['up', '{__name__="up"}'],
  ['up{job=~"a|}"}', '{job=~"a|}",__name__="up"}'],
  ['{}', '{__name__="up"}'],
] as const)
  test(`of ${match} the series of one metric are ${selector}`, () =>
    assert.equal(selectorOfOne(match)('up'), selector));

for (const match of ['', 'up or down', 'up[5m]', '{job="a"', 'rate(up)'])
  test(`${JSON.stringify(match)} is no selector`, () =>
    assert.throws(() => selectorOfOne(match), { code: 'INVALID_SELECTOR' }));

const AT = 1_795_508_227.991;

/** The rows of one series with these samples. */
function rowsOf(of: { values?: [number, string][]; histograms?: [number, NativeHistogram][] }) {
  const metric = { __name__: 'x', job: 'shop', instance: 'a:1', route: '/' };
  const { request, count } = requestOf({
    ...{ name: 'x', kind: { data: 'gauge', unit: '' }, series: [{ metric, ...of }] },
  });
  const pbf = new PbfWriter();
  writeRequest(request, 'metrics', pbf);
  const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
  const { rows, rejected } = mapObject({ bytes: pbf.finish(), signal: 'metrics', window });
  return { rows: flatRowsOf(rows), rejected, count };
}

test('job and instance say whose samples they are; the other labels stay labels', () => {
  const { rows, rejected, count } = rowsOf({
    values: [
      [AT, '1e-7'],
      [AT + 1, '-Inf'],
    ],
  });
  const { service, instance, labels, metric_value, time } = rows[0] ?? {};
  assert.deepEqual(
    [service, instance, labels, metric_value, time],
    ['shop', 'a:1', '{"route":"/"}', 1e-7, 1_795_508_227_991],
  );
  assert.deepEqual([rows.length, rejected.map(({ reason }) => reason), count], [1, ['not_finite'], 2]);
});

/** Buckets as the HTTP API writes them. */
const NATIVE: readonly [string, NativeHistogram['buckets'], [string, number][]][] = [
  ['without buckets', undefined, []],
  [
    'with buckets that lie apart',
    [
      [1, '-2', '-1', '3'],
      [3, '-0.001', '0.001', '1'],
      [0, '1', '2', '4'],
      [0, '2', '4', '2'],
    ],
    [
      ['-2', 0],
      ['-1', 3],
      ['-0.001', 3],
      ['0.001', 4],
      ['1', 4],
      ['2', 8],
      ['4', 10],
      ['+Inf', 10],
    ],
  ],
  [
    'with bounds at infinity',
    [
      [0, '-Inf', '1', '3'],
      [0, '1', '+Inf', '7'],
    ],
    [
      ['1', 3],
      ['+Inf', 10],
    ],
  ],
];
for (const [name, buckets, wanted] of NATIVE)
  test(`a native histogram ${name} has the bounds that the server gives`, () => {
    const { rows, rejected, count } = rowsOf({
      histograms: [[AT, { count: '10', sum: '12.5', ...(buckets && { buckets }) }]],
    });
    assert.deepEqual([rejected, count], [[], 1]);
    const plain = rows.map(({ metric_name, metric_value }) => [metric_name, metric_value]);
    assert.deepEqual(plain.slice(0, 2), [
      ['x_sum', 12.5],
      ['x_count', 10],
    ]);
    assert.deepEqual(
      rows.slice(2).map(({ labels, metric_value }) => [JSON.parse(String(labels)).le, metric_value]),
      wanted,
    );
  });
