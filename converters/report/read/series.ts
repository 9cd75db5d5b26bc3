import { type Bins, binOf, spanOf } from './bins.ts';

/** One series of samples, in order of time, as its mean or its rate by bin. */
export class Series {
  readonly #bins: Bins;
  readonly #sums: Float64Array;
  /** Of gauges the samples, of counters the ms that are known. */
  readonly #weights: Float64Array;
  #last: { time: number; value: number } | undefined;

  constructor(bins: Bins) {
    this.#bins = bins;
    [this.#sums, this.#weights] = [new Float64Array(bins.count), new Float64Array(bins.count)];
  }

  addValue(time: number, value: number): void {
    const bin = binOf(this.#bins, time);
    if (bin < 0) return;
    this.#sums[bin] = (this.#sums[bin] as number) + value;
    this.#weights[bin] = (this.#weights[bin] as number) + 1;
  }

  /** A counter as it stands: what came since the sample before is spread over the time between. A fall is a start from zero. */
  addCounter(time: number, value: number): void {
    const last = this.#last;
    this.#last = { time, value };
    if (!last || time <= last.time) return;
    const grown = value >= last.value ? value - last.value : value;
    this.#spread(last.time, time, grown);
  }

  #spread(from: number, to: number, grown: number): void {
    const bins = this.#bins;
    const first = Math.max(0, Math.floor((from - bins.startMs) / bins.widthMs));
    for (let bin = first; bin < bins.count; bin++) {
      const { start, end } = spanOf(bins, bin);
      const ms = Math.min(to, end) - Math.max(from, start);
      if (ms <= 0) return;
      this.#sums[bin] = (this.#sums[bin] as number) + (grown * ms) / (to - from);
      this.#weights[bin] = (this.#weights[bin] as number) + ms / 1000;
    }
  }

  /** The mean of the samples, or what came a second; null where nothing is known. */
  at(bin: number): number | null {
    const weight = this.#weights[bin] as number;
    return weight === 0 ? null : (this.#sums[bin] as number) / weight;
  }
}
