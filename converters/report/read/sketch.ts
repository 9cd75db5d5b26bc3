/** Buckets grow by 2 %, so that a quantile is off by 1 % at most. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
/** Below it all durations are one, ms. */
const LEAST = 0.001;

/** Counts of durations in buckets that grow: its size follows from their range, not from their number. */
export class DurationSketch {
  count = 0;
  readonly #buckets = new Map<number, number>();

  /** @param duration ms */
  add(duration: number): void {
    const bucket = Math.ceil(Math.log(Math.max(duration, LEAST)) / LOG_GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.count += 1;
  }

  /** Nearest-rank quantiles, ms, for shares from 0 to 1 in rising order; null where nothing was added. */
  quantiles(shares: readonly number[]): (number | null)[] {
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    let seen = 0;
    let at = -1;
    return shares.map((share) => {
      const rank = Math.max(1, Math.ceil(share * this.count));
      while (seen < rank && at < sorted.length - 1) seen += sorted[++at]?.[1] ?? 0;
      const bucket = sorted[at]?.[0];
      return bucket === undefined ? null : (2 * GROWTH ** bucket) / (GROWTH + 1);
    });
  }
}
