/** Equal stretches of a run's window. */
export interface Bins {
  readonly startMs: number;
  readonly endMs: number;
  readonly widthMs: number;
  readonly count: number;
}

/** Widths that people count in, seconds; none shorter than services send their metrics. */
const WIDTHS_S = [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
const MOST = 120;

/**
 * At most 120 of them; of a window of months as many as it takes. A rest of under half a width belongs to the last: one
 * request in 2 ms is no rate of 500 a second.
 */
export function binsOf({ start_ms, end_ms }: { start_ms: number; end_ms: number }): Bins {
  const widthS = WIDTHS_S.find((width) => (end_ms - start_ms) / 1000 / width <= MOST) ?? 86_400;
  const widthMs = widthS * 1000;
  const count = Math.max(1, Math.round((end_ms - start_ms) / widthMs));
  return { startMs: start_ms, endMs: end_ms, widthMs, count };
}

/** @returns which bin; -1 outside of the window */
export function binOf({ startMs, endMs, widthMs, count }: Bins, time: number): number {
  return time >= startMs && time < endMs ? Math.min(count - 1, Math.floor((time - startMs) / widthMs)) : -1;
}

/** Start and end of a bin, epoch ms; the last one ends with the window, up to half a width earlier or later than it would. */
export function spanOf(
  { startMs, endMs, widthMs, count }: Bins,
  bin: number,
): { start: number; end: number } {
  const start = startMs + bin * widthMs;
  return { start, end: bin === count - 1 ? endMs : start + widthMs };
}
