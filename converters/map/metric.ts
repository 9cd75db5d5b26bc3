import type { PbfReader } from 'pbf';
import type { Attributes } from '../read/attributes.ts';
import type { Point } from '../read/metric.ts';
import type { Member } from '../read/value-json.ts';
import type { Origin } from '../read/walk.ts';
import { eventUid } from './identity.ts';
import { epochMs, nanoText, type RowWriter, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const SAMPLE = text('metric.sample');
const METRIC_SAMPLE = text('Metric Sample');
const TYPES = {
  gauge: text('gauge'),
  counter: text('counter'),
  histogram: text('histogram'),
  exponential_histogram: text('exponential_histogram'),
  summary: text('summary'),
};
/** By `AggregationTemporality`. */
const TEMPORALITIES = [-1, text('delta'), text('cumulative')];
const BASE = 0;

/** One sample of a metric → Base Event. Counters stay raw: rates are for those who read. */
export function mapSample({
  writer,
  pbf,
  point,
  value,
  suffix,
  labels,
  extra,
  whole,
  origin,
}: {
  writer: RowWriter;
  pbf: PbfReader;
  point: Point;
  value: number;
  suffix: string;
  labels: Attributes;
  extra: readonly [string, string] | undefined;
  whole: string | undefined;
  origin: Origin;
}): void {
  const time = epochMs(point.time);
  const { pool } = writer;
  const name = suffix === '' ? point.name : pool.of(pool.text(point.name) + suffix);
  const members: Member[] = extra ? [...origin.rest, [extra[0], JSON.stringify(extra[1])]] : [...origin.rest];
  const labelText = labels.json(pbf, members) ?? '{}';
  writer.begin(SAMPLE, BASE, origin, time);
  writer.activity(99, METRIC_SAMPLE);
  writer.number(SLOT.severity_id, 1);
  writer.id(SLOT.metric_name, name);
  writer.number(SLOT.metric_value, value);
  writer.id(SLOT.metric_type, TYPES[point.type]);
  if (point.unit >= 0 && pool.text(point.unit) !== '') writer.id(SLOT.metric_unit, point.unit);
  writer.id(SLOT.metric_temporality, TEMPORALITIES[point.temporality] ?? -1);
  writer.text(SLOT.labels, labelText);
  writer.longText(SLOT.attributes, whole);
  writer.id(SLOT.message, name);
  writer.uid(
    eventUid(
      'metric',
      origin.identity,
      pool.text(origin.scope),
      pool.text(name),
      labelText,
      nanoText(point.time),
    ),
  );
}
