/**
 * Cliff's δ: how much more often a value of `after` is greater than one of `before` than less, from −1 to 1; exact, ties
 * count for neither (Cliff 1993). O(n log n). Null where a side is empty. `Infinity` is greater than any other value.
 * @param tie values that differ by so much or less count as the same
 */
export function cliffsDelta(
  before: ArrayLike<number>,
  after: ArrayLike<number>,
  { tie = 0 }: { tie?: number } = {},
): number | null {
  if (before.length === 0 || after.length === 0) return null;
  const [low, high] = [Float64Array.from(before).sort(), Float64Array.from(after).sort()];
  // In order of `after`, the counts of `before` below and not above a value only grow.
  let [below, notAbove, sum] = [0, 0, 0];
  for (const value of high) {
    while (below < low.length && (low[below] as number) < value - tie) below++;
    while (notAbove < low.length && (low[notAbove] as number) <= value + tie) notAbove++;
    sum += below - (low.length - notAbove);
  }
  return sum / (low.length * high.length);
}

/** The least value that a share of all do not exceed (nearest rank). Null without values. */
export function quantile(values: ArrayLike<number>, share: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** The middle, or the mean of the two in the middle. Null without values. */
export function median(values: ArrayLike<number>): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}
