import type { PbfReader } from 'pbf';
import { Malformed, type RejectReason } from '../errors.ts';
import { Attributes } from './attributes.ts';
import { ExponentialPoint, objectJson } from './exponential.ts';
import { readPooled } from './span.ts';
import type { StringPool } from './strings.ts';
import { finite } from './value-json.ts';
import { eachPacked, enter, type Fixed64, leave, readDouble, readFixed64 } from './wire.ts';

export type MetricType = 'gauge' | 'counter' | 'histogram' | 'exponential_histogram' | 'summary';
/** Field numbers of `Metric.data` (metrics.proto). */
const GAUGE = 5;
const SUM = 7;
const HISTOGRAM = 9;
const EXPONENTIAL = 10;
const SUMMARY = 11;
const TYPES: Readonly<Record<number, MetricType>> = {
  [GAUGE]: 'gauge',
  [SUM]: 'gauge',
  [HISTOGRAM]: 'histogram',
  [EXPONENTIAL]: 'exponential_histogram',
  [SUMMARY]: 'summary',
};
/** Where attributes and flags stand in the four shapes of data point. */
const SHAPES = {
  number: { attributes: 7, flags: 8 },
  histogram: { attributes: 9, flags: 10 },
  exponential: { attributes: 1, flags: 10 },
  summary: { attributes: 7, flags: 8 },
} as const;

export interface Point {
  name: number;
  unit: number;
  type: MetricType;
  /** `AggregationTemporality`: 0 not said (gauges and summaries have none), 1 delta, 2 cumulative. */
  temporality: number;
  readonly time: Fixed64;
}

export interface PointSink {
  /**
   * One sample. `suffix` is '', '_sum', '_count' or '_bucket'; `extra` a label of its own (`le`, `quantile`); `whole` what of
   * the point no sample can say, as JSON.
   */
  sample(
    point: Point,
    value: number,
    suffix: string,
    labels: Attributes,
    extra?: readonly [string, string],
    whole?: string,
  ): void;
  reject(reason: RejectReason, start: number, end: number, detail?: string): void;
}

/**
 * Reads metrics (metrics.proto) point by point. Histograms and summaries become the samples that Prometheus makes of them; of
 * an exponential histogram that are sum and count, and the whole of it goes with the count.
 */
export class MetricReader {
  readonly #pool: StringPool;
  readonly #labels: Attributes;
  readonly #point: Point = {
    ...{ name: -1, unit: -1, type: 'gauge', temporality: 0, time: { low: 0, high: 0 } },
  };

  constructor(pool: StringPool) {
    this.#pool = pool;
    this.#labels = new Attributes(pool);
  }

  read(pbf: PbfReader, end: number, sink: PointSink): void {
    const point = this.#point;
    point.name = point.unit = -1;
    let kind = 0;
    let from = -1;
    let to = -1;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 1) point.name = readPooled(pbf, end, this.#pool);
      else if (field === 3) point.unit = readPooled(pbf, end, this.#pool);
      else if (field in TYPES) {
        kind = field;
        to = enter(pbf, end);
        from = pbf.pos;
        pbf.pos = to;
      }
    }
    leave(pbf, end);
    if (kind === 0 || point.name < 0) throw new Malformed('unsupported_metric');
    this.#data(pbf, from, to, kind, sink);
  }

  #data(pbf: PbfReader, start: number, end: number, kind: number, sink: PointSink): void {
    const points: number[] = [];
    let monotonic = false;
    let temporality = 0;
    pbf.pos = start;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 1) {
        const stop = enter(pbf, end);
        points.push(pbf.pos, stop);
        pbf.pos = stop;
      } else if (field === 2) temporality = pbf.readVarint();
      else if (field === 3) monotonic = pbf.readBoolean();
    }
    leave(pbf, end);
    const point = this.#point;
    point.temporality = temporality;
    point.type = kind === SUM && monotonic ? 'counter' : (TYPES[kind] as MetricType);
    for (let i = 0; i < points.length; i += 2) {
      const from = points[i] as number;
      const to = points[i + 1] as number;
      try {
        pbf.pos = from;
        if (kind === HISTOGRAM) this.#histogram(pbf, from, to, sink);
        else if (kind === EXPONENTIAL) this.#exponential(pbf, from, to, sink);
        else if (kind === SUMMARY) this.#summary(pbf, from, to, sink);
        else this.#number(pbf, from, to, sink);
      } catch (error) {
        const { reason, detail } = error instanceof Malformed ? error : new Malformed('malformed_record');
        sink.reject(reason, from, to, detail);
      }
    }
  }

  /** Time, attributes and flags of any point; other fields go to `other`. */
  #fields(pbf: PbfReader, end: number, shape: keyof typeof SHAPES, other: (field: number) => void): void {
    const { attributes, flags } = SHAPES[shape];
    this.#labels.reset();
    this.#point.time.low = this.#point.time.high = 0;
    let noValue = false;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 3) readFixed64(pbf, end, this.#point.time);
      else if (field === attributes) this.#labels.read(pbf, end, false);
      else if (field === flags) noValue = (pbf.readVarint() & 1) === 1;
      else other(field);
    }
    leave(pbf, end);
    if (noValue) throw new Malformed('no_recorded_value');
  }

  #emit(
    sink: PointSink,
    at: readonly [number, number],
    value: number,
    suffix = '',
    extra?: readonly [string, string],
    whole?: string,
  ): void {
    if (Number.isFinite(value)) sink.sample(this.#point, value, suffix, this.#labels, extra, whole);
    else sink.reject('not_finite', at[0], at[1]);
  }

  #number(pbf: PbfReader, start: number, end: number, sink: PointSink): void {
    let value = Number.NaN;
    this.#fields(pbf, end, 'number', (field) => {
      if (field === 4) value = readDouble(pbf, end);
      else if (field === 6) value = readInteger(pbf, end);
    });
    this.#emit(sink, [start, end], value);
  }

  #histogram(pbf: PbfReader, start: number, end: number, sink: PointSink): void {
    let count = 0;
    let sum = Number.NaN;
    let hasSum = false;
    const counts: number[] = [];
    const bounds: number[] = [];
    const extremes: Record<string, string> = {};
    this.#fields(pbf, end, 'histogram', (field) => {
      if (field === 4) count = readInteger(pbf, end);
      else if (field === 5) {
        sum = readDouble(pbf, end);
        hasSum = true;
      } else if (field === 6) eachPacked(pbf, end, (stop) => counts.push(readInteger(pbf, stop)));
      else if (field === 7) eachPacked(pbf, end, (stop) => bounds.push(readDouble(pbf, stop)));
      else if (field === 11) extremes.min = finite(readDouble(pbf, end));
      else if (field === 12) extremes.max = finite(readDouble(pbf, end));
    });
    // metrics.proto: one more count than bounds, or neither.
    if (counts.length > 0 && counts.length !== bounds.length + 1) throw new Malformed('malformed_record');
    const at = [start, end] as const;
    const hasExtremes = extremes.min !== undefined || extremes.max !== undefined;
    const whole = hasExtremes ? `{"histogram":${objectJson(extremes)}}` : undefined;
    if (hasSum) this.#emit(sink, at, sum, '_sum');
    this.#emit(sink, at, count, '_count', undefined, whole);
    let below = 0;
    counts.forEach((inBucket, i) => {
      below += inBucket;
      this.#emit(sink, at, below, '_bucket', ['le', i < bounds.length ? String(bounds[i]) : '+Inf']);
    });
  }

  #exponential(pbf: PbfReader, start: number, end: number, sink: PointSink): void {
    const point = new ExponentialPoint();
    this.#fields(pbf, end, 'exponential', (field) => point.read(pbf, end, field));
    const at = [start, end] as const;
    if (point.sum !== undefined) this.#emit(sink, at, point.sum, '_sum');
    const whole = `{"exponential_histogram":${point.json()}}`;
    this.#emit(sink, at, Number(point.count), '_count', undefined, whole);
  }

  #summary(pbf: PbfReader, start: number, end: number, sink: PointSink): void {
    let count = 0;
    let sum = 0;
    const quantiles: [number, number][] = [];
    this.#fields(pbf, end, 'summary', (field) => {
      if (field === 4) count = readInteger(pbf, end);
      else if (field === 5) sum = readDouble(pbf, end);
      else if (field === 6) {
        const stop = enter(pbf, end);
        let quantile = 0;
        let value = 0;
        for (let inner = pbf.nextField(stop); inner !== 0; inner = pbf.nextField(stop)) {
          if (inner === 1) quantile = readDouble(pbf, stop);
          else if (inner === 2) value = readDouble(pbf, stop);
        }
        leave(pbf, stop);
        quantiles.push([quantile, value]);
      }
    });
    const at = [start, end] as const;
    this.#emit(sink, at, sum, '_sum');
    this.#emit(sink, at, count, '_count');
    for (const [quantile, value] of quantiles)
      this.#emit(sink, at, value, '', ['quantile', String(quantile)]);
  }
}

/** `sfixed64` and `fixed64`; beyond 2^53 the nearest double. */
function readInteger(pbf: PbfReader, limit: number): number {
  if (pbf.pos + 8 > limit) throw new Malformed('malformed_record');
  return pbf.readSFixed64();
}
