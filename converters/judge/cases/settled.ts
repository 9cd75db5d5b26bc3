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
/** Requests of a slice that tells something: one alone may be slow by chance, in a slice of few as in one of many. */
const FEWEST = 3;

/**
 * The start of the first two slices of 5 s, one after another, in which the customers were served as before: no more
 * requests than one in twenty, or one in all, slower by half than the usual p95. Slices of hardly a request tell nothing and are
 * passed over. Null where that did not come within the span.
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
  const asBefore = (durations: readonly number[]) => {
    const slow = usual === null ? 0 : durations.filter((duration) => duration >= TIMES_P99 * usual).length;
    const few = slow <= Math.max(1, Math.floor((1 - OF_SLICE) * durations.length));
    return few && (served(durations).errors ?? 0) < errors + POINTS_ERRORS;
  };
  let since: number | null = null;
  for (let at = span.start_ms; at + SLICE_MS <= span.end_ms; at += SLICE_MS) {
    const slice = answers.durations({ start_ms: at, end_ms: at + SLICE_MS }, routes);
    if (slice.length < FEWEST) continue;
    if (!asBefore(slice)) since = null;
    else if (since !== null) return since;
    else since = at;
  }
  return null;
}
