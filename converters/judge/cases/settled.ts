import type { Span } from '../../truth/record.ts';
import { type Answers, type Served, served } from './answers.ts';
import { quantile } from './delta.ts';

export const SLICE_MS = 5_000;

export const TIMES_P99 = 1.5;
export const POINTS_ERRORS = 0.01;

/** Slower by half, or one request in a hundred more that fails. */
export const isWorse = (now: Served, before: Served): boolean =>
  (now.p99_ms !== null && before.p99_ms !== null && now.p99_ms >= TIMES_P99 * before.p99_ms) ||
  (now.errors ?? 0) >= (before.errors ?? 0) + POINTS_ERRORS;

/** A slice has some tens of requests: their p99 is the slowest one, which tells of chance. */
const OF_SLICE = 0.95;

/**
 * The start of the first two slices of 5 s, one after another, in which the customers were served as before; slices
 * without a request tell nothing and are passed over. Null where that did not come within the span.
 */
export function settledIn({
  answers,
  routes,
  before,
  span,
}: {
  answers: Answers;
  routes: readonly string[];
  /** Durations of the requests that it is compared with. */
  before: readonly number[];
  span: Span;
}): number | null {
  const [usual, errors] = [quantile(before, OF_SLICE), served(before).errors ?? 0];
  const asBefore = (durations: readonly number[]) =>
    (usual === null || (quantile(durations, OF_SLICE) ?? 0) < TIMES_P99 * usual) &&
    (served(durations).errors ?? 0) < errors + POINTS_ERRORS;
  let since: number | null = null;
  for (let at = span.start_ms; at + SLICE_MS <= span.end_ms; at += SLICE_MS) {
    const slice = answers.durations({ start_ms: at, end_ms: at + SLICE_MS }, routes);
    if (slice.length === 0) continue;
    if (!asBefore(slice)) since = null;
    else if (since !== null) return since;
    else since = at;
  }
  return null;
}
