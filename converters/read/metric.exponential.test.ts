import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PbfWriter } from 'pbf';
import { seeded } from '../bench/telemetry.ts';
import { mapObject } from '../map/map-object.test-world.ts';
import { mapped, metricRequest, NANOS, resource } from '../map/otlp.test-world.ts';
import { problems } from '../ocsf/validate.ts';
import { flatRowsOf } from '../write/rows-of.test-world.ts';

type Json = Record<string, unknown>;

const POINT = {
  ...{ timeUnixNano: NANOS, count: '9', sum: 12.5, scale: -1, zeroCount: '2', zeroThreshold: 0.001 },
  ...{ min: -3, max: 8, attributes: [{ key: 'route', value: { stringValue: '/x' } }] },
  positive: { offset: -2, bucketCounts: ['1', '0', '300'] },
  negative: { offset: 5, bucketCounts: ['3'] },
};
const WHOLE = {
  ...{ count: 9, sum: 12.5, scale: -1, zero_count: 2, zero_threshold: 0.001, min: -3, max: 8 },
  positive: { offset: -2, bucket_counts: [1, 0, 300] },
  negative: { offset: 5, bucket_counts: [3] },
};
const exponential = (point: Json, aggregationTemporality = 2) =>
  metricRequest({
    name: 'size',
    unit: 'By',
    exponentialHistogram: { aggregationTemporality, dataPoints: [point] },
  });

test('an exponential histogram: sum and count as rows, and all of it with the count', () => {
  for (const [temporality, said] of [
    [1, 'delta'],
    [2, 'cumulative'],
  ] as const) {
    const { flat, events, rejected } = mapped('metrics', exponential(POINT, temporality));
    assert.deepEqual(rejected, []);
    assert.deepEqual(
      flat.map((row) => [row.metric_name, row.metric_value, row.metric_type, row.metric_temporality]),
      [
        ['size_sum', 12.5, 'exponential_histogram', said],
        ['size_count', 9, 'exponential_histogram', said],
      ],
    );
    for (const event of events) assert.deepEqual(problems(event), []);
    assert.deepEqual(flat[0]?.attributes, undefined);
    assert.deepEqual(JSON.parse(flat[1]?.attributes as string), { exponential_histogram: WHOLE });
    const { attributes, metric } = (events[1] as Json).unmapped as Json & { metric: Json };
    assert.deepEqual(attributes, { exponential_histogram: WHOLE });
    assert.deepEqual([metric.temporality, metric.labels], [said, { route: '/x' }]);
    assert.equal(new Set(flat.map(({ event_uid }) => event_uid)).size, 2);
  }
});

test('without a sum there is no row of it; a sum that is no number is rejected, and kept with the count', () => {
  const { sum: _, ...without } = POINT;
  const plain = mapped('metrics', exponential(without));
  assert.deepEqual(
    plain.flat.map(({ metric_name }) => metric_name),
    ['size_count'],
  );
  const odd = mapped('metrics', exponential({ ...POINT, sum: 'Infinity' }));
  assert.deepEqual(
    odd.rejected.map(({ reason }) => reason),
    ['not_finite'],
  );
  assert.equal(JSON.parse(odd.flat[0]?.attributes as string).exponential_histogram.sum, 'Infinity');
});

test('counts beyond 2^53 are kept to the last digit', () => {
  const counts = ['9007199254740993', '18014398509481985'];
  const point = { ...POINT, count: '27021597764222978', positive: { offset: 0, bucketCounts: counts } };
  const { flat } = mapped('metrics', exponential(point));
  const whole = JSON.parse(flat[1]?.attributes as string).exponential_histogram;
  assert.deepEqual([whole.count, whole.positive.bucket_counts], ['27021597764222978', counts]);
});

/** The same point by a writer of protobuf, fields from last to first and counts not packed, as either may be. */
function protobuf(): Uint8Array {
  const nested = (write: (pbf: PbfWriter) => void): Uint8Array => {
    const pbf = new PbfWriter();
    write(pbf);
    return pbf.finish();
  };
  const buckets = (offset: number, counts: readonly number[]) =>
    nested((pbf) => {
      for (const count of counts) pbf.writeVarintField(2, count);
      pbf.writeSVarintField(1, offset);
    });
  const point = nested((pbf) => {
    pbf.writeDoubleField(14, 0.001);
    pbf.writeDoubleField(13, 8);
    pbf.writeDoubleField(12, -3);
    pbf.writeBytesField(9, buckets(5, [3]));
    pbf.writeBytesField(8, buckets(-2, [1, 0, 300]));
    pbf.writeFixed64Field(7, 2);
    pbf.writeSVarintField(6, -1);
    pbf.writeDoubleField(5, 12.5);
    pbf.writeFixed64Field(4, 9);
    pbf.writeTag(3, 1);
    const nanos = BigInt(NANOS);
    pbf.writeFixed32(Number(nanos & 0xffffffffn));
    pbf.writeFixed32(Number(nanos >> 32n));
  });
  const data = nested((pbf) => {
    pbf.writeVarintField(2, 1);
    pbf.writeBytesField(1, point);
  });
  const metric = nested((pbf) => {
    pbf.writeBytesField(10, data);
    pbf.writeStringField(1, 'size');
  });
  return nested((pbf) =>
    pbf.writeBytesField(
      1,
      nested((block) =>
        block.writeBytesField(
          2,
          nested((scope) => scope.writeBytesField(2, metric)),
        ),
      ),
    ),
  );
}

test('protobuf in any order of fields says the same', () => {
  const { rows, rejected } = mapObject({
    bytes: protobuf(),
    signal: 'metrics',
    window: { start_ms: 0, end_ms: Number.POSITIVE_INFINITY },
  });
  assert.deepEqual(rejected, []);
  const flat = flatRowsOf(rows);
  assert.deepEqual(
    flat.map((row) => [row.metric_name, row.metric_value, row.metric_temporality]),
    [
      ['size_sum', 12.5, 'delta'],
      ['size_count', 9, 'delta'],
    ],
  );
  assert.deepEqual(JSON.parse(flat[1]?.attributes as string), { exponential_histogram: WHOLE });
});

test('a wounded point is a row, a reject, or none: nothing crashes, and what is kept is JSON', () => {
  const random = seeded(20_261_127);
  const whole = protobuf();
  let kept = 0;
  for (let i = 0; i < 3_000; i++) {
    const bytes = whole.slice();
    for (let wounds = 1 + (i % 3); wounds > 0; wounds--)
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
    const { rows } = mapObject({ bytes, signal: 'metrics', window });
    for (const { attributes } of flatRowsOf(rows))
      if (attributes !== undefined) {
        JSON.parse(String(attributes));
        kept += 1;
      }
  }
  assert.ok(kept > 100, `${kept} points were kept`);
});

test('the least and the greatest value of a histogram are kept with its count', () => {
  const point = { timeUnixNano: NANOS, count: '3', sum: 4.5, bucketCounts: ['1', '2'], explicitBounds: [1] };
  const { flat } = mapped(
    'metrics',
    metricRequest({ name: 'latency', histogram: { dataPoints: [{ ...point, min: 0.5, max: 2.5 }] } }),
  );
  const kept = flat.filter(({ attributes }) => attributes !== undefined);
  assert.deepEqual(
    kept.map(({ metric_name, attributes }) => [metric_name, attributes]),
    [['latency_count', '{"histogram":{"max":2.5,"min":0.5}}']],
  );
});

test('a summary: sum, count and a row a quantile', () => {
  const point = {
    timeUnixNano: NANOS,
    count: '3',
    sum: 4.5,
    quantileValues: [{ quantile: 0.5, value: 1.5 }],
  };
  const { flat, events, rejected } = mapped('metrics', {
    resourceMetrics: [
      {
        resource: resource('web-api'),
        scopeMetrics: [{ metrics: [{ name: 'lag', summary: { dataPoints: [point] } }] }],
      },
    ],
  });
  assert.deepEqual(rejected, []);
  for (const event of events) assert.deepEqual(problems(event), []);
  assert.deepEqual(
    flat.map((row) => [row.metric_name, row.metric_value, row.labels, row.metric_type]),
    [
      ['lag_sum', 4.5, '{}', 'summary'],
      ['lag_count', 3, '{}', 'summary'],
      ['lag', 1.5, '{"quantile":"0.5"}', 'summary'],
    ],
  );
});
