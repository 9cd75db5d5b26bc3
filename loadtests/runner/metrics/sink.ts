import type { MetricType } from './definition.ts';

/** Collects the values of one metric or sub-metric. */
export interface Sink {
  readonly type: MetricType;
  readonly empty: boolean;
  add(value: number): void;
  /** One aggregate by k6's name (`count`, `rate`, `value`, `avg`, `p(95)`); undefined if this type lacks it. */
  stat(name: string, durationMs: number): number | undefined;
}

export function createSink(type: MetricType): Sink {
  switch (type) {
    case 'counter':
      return counter();
    case 'gauge':
      return gauge();
    case 'rate':
      return rate();
    case 'trend':
      return new TrendSink();
  }
}

function counter(): Sink {
  let count = 0;
  let empty = true;
  return {
    type: 'counter',
    get empty() {
      return empty;
    },
    add(value) {
      count += value;
      empty = false;
    },
    stat(name, durationMs) {
      if (name === 'count') return count;
      if (name === 'rate') return durationMs > 0 ? (count / durationMs) * 1000 : 0;
      return undefined;
    },
  };
}

function gauge(): Sink {
  const state = { value: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  let empty = true;
  return {
    type: 'gauge',
    get empty() {
      return empty;
    },
    add(value) {
      state.value = value;
      state.min = Math.min(state.min, value);
      state.max = Math.max(state.max, value);
      empty = false;
    },
    stat: (name) =>
      name === 'value' || name === 'min' || name === 'max' ? (empty ? 0 : state[name]) : undefined,
  };
}

function rate(): Sink {
  let passes = 0;
  let total = 0;
  return {
    type: 'rate',
    get empty() {
      return total === 0;
    },
    add(value) {
      total++;
      if (value !== 0) passes++;
    },
    stat(name) {
      if (name === 'rate') return total === 0 ? 0 : passes / total;
      if (name === 'passes') return passes;
      if (name === 'fails') return total - passes;
      return undefined;
    },
  };
}

/** Keeps every value, as k6 does, so that percentiles are exact. */
class TrendSink implements Sink {
  readonly type = 'trend';
  private values = new Float64Array(256);
  private size = 0;
  private sorted = true;
  private sum = 0;

  get empty() {
    return this.size === 0;
  }

  add(value: number) {
    if (this.size === this.values.length) {
      const grown = new Float64Array(this.size * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.size++] = value;
    this.sum += value;
    this.sorted = false;
  }

  stat(name: string): number | undefined {
    const wanted = parseTrendStat(name);
    if (wanted === undefined) return undefined;
    if (wanted === 'count') return this.size;
    if (this.size === 0) return 0;
    if (wanted === 'avg') return this.sum / this.size;
    return this.percentile(wanted);
  }

  /** Linear interpolation between closest ranks. */
  private percentile(percent: number): number {
    const values = this.values.subarray(0, this.size);
    if (!this.sorted) values.sort();
    this.sorted = true;
    const rank = (percent / 100) * (this.size - 1);
    const low = values[Math.floor(rank)] ?? 0;
    const high = values[Math.ceil(rank)] ?? low;
    return low + (high - low) * (rank - Math.floor(rank));
  }
}

/** `min`, `med`, `max` and `p(N)` as a percentile, `avg` and `count` as they are; undefined for anything else. */
export function parseTrendStat(name: unknown): number | 'avg' | 'count' | undefined {
  if (name === 'avg' || name === 'count') return name;
  if (name === 'min') return 0;
  if (name === 'med') return 50;
  if (name === 'max') return 100;
  const percent = typeof name === 'string' ? /^p\((\d+(?:\.\d+)?)\)$/.exec(name)?.[1] : undefined;
  if (percent === undefined || Number(percent) > 100) return undefined;
  return Number(percent);
}
