import type { Span } from '../truth/record.ts';

export const SPLIT_NAMES = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof SPLIT_NAMES)[number];
export type Blocks = Readonly<Record<SplitName, Span>>;

/** Between two splits: as long as three windows of 10 s, which is how far back a feature may look. */
export const GAP_MS = 30_000;
const SHARES: Readonly<Record<SplitName, number>> = { train: 0.6, validation: 0.2, test: 0.2 };
/** Gaps begin on a grid from the start of the run: where one lies must not tell to the millisecond when a case began or ended. */
const STEP_MS = 5_000;
/** The grid of a long run is wider: pairs of cuts are compared. */
const MOST_CUTS = 1_000;
/** Grids for what lies between two cases so close together that no gap fits in on the usual one. */
const FINER_MS = [STEP_MS, 1_000, 1];

/** What no gap may cut, from the change that began it until it is over. */
export interface Busy extends Span {
  /** It has positive labels. */
  readonly positive: boolean;
}

/**
 * Cuts a run into three blocks of time, in the order of time, with a gap between them: each with a positive case where
 * that can be had, and then as near as can be to 60, 20 and 20 per cent of what is left.
 * @param traces those that last as long as a gap, or longer: none of them may reach over one
 * @returns undefined where the run is too short for three blocks of at least one gap's length each
 */
export function splitRun({
  window,
  busy,
  traces,
}: {
  window: Span;
  /** In order of time, apart from one another. */
  busy: readonly Busy[];
  traces: readonly Span[];
}): Blocks | undefined {
  const crossed = (at: number) =>
    traces.some(({ start_ms, end_ms }) => start_ms < at && end_ms >= at + GAP_MS);
  const step = Math.max(STEP_MS, Math.ceil(lengthOf(window) / MOST_CUTS / STEP_MS) * STEP_MS);
  const bestOn = (grids: readonly number[]) => {
    const cuts = gapStarts({ window, busy, grids }).filter((at) => !crossed(at));
    return bestOf({ window, busy, cuts });
  };
  const best = bestOn([step]);
  const wanted = Math.min(SPLIT_NAMES.length, busy.filter(({ positive }) => positive).length);
  if (best && best.positive >= wanted) return best.blocks;
  const closer = bestOn([step, ...FINER_MS]);
  return closer && (!best || closer.positive > best.positive) ? closer.blocks : best?.blocks;
}

const lengthOf = ({ start_ms, end_ms }: Span) => end_ms - start_ms;

const blocksOf = ({ window, first, second }: { window: Span; first: number; second: number }): Blocks => ({
  train: { start_ms: window.start_ms, end_ms: first },
  validation: { start_ms: first + GAP_MS, end_ms: second },
  test: { start_ms: second + GAP_MS, end_ms: window.end_ms },
});

interface Best {
  readonly blocks: Blocks;
  /** Blocks with a positive case. */
  readonly positive: number;
}

/** @param cuts in order of time */
function bestOf({
  window,
  busy,
  cuts,
}: {
  window: Span;
  busy: readonly Busy[];
  cuts: readonly number[];
}): Best | undefined {
  const positives = busy.filter(({ positive }) => positive);
  const firstEnd = Math.min(...positives.map(({ end_ms }) => end_ms));
  const lastStart = Math.max(...positives.map(({ start_ms }) => start_ms));
  let best: { first: number; second: number; positive: number; off: number } | undefined;
  for (const [i, first] of cuts.entries()) {
    if (first - window.start_ms < GAP_MS) continue;
    const next = positives.find(({ start_ms }) => start_ms >= first + GAP_MS)?.end_ms ?? Infinity;
    for (let j = i + 1; j < cuts.length; j++) {
      const second = cuts[j] as number;
      if (second - first < 2 * GAP_MS || window.end_ms - second < 2 * GAP_MS) continue;
      const has = [firstEnd <= first, next <= second, lastStart >= second + GAP_MS];
      const positive = has.filter(Boolean).length;
      const off = offBy({ window, first, second });
      if (!best || positive > best.positive || (positive === best.positive && off < best.off))
        best = { first, second, positive, off };
    }
  }
  return best && { blocks: blocksOf({ window, ...best }), positive: best.positive };
}

/** How far the blocks' shares are from those that are wanted, summed up. */
function offBy({ window, first, second }: { window: Span; first: number; second: number }): number {
  const all = lengthOf(window) - 2 * GAP_MS;
  const share = {
    train: first - window.start_ms,
    validation: second - first - GAP_MS,
    test: window.end_ms - second - GAP_MS,
  };
  return SPLIT_NAMES.reduce((sum, name) => sum + Math.abs(share[name] / all - SHARES[name]), 0);
}

/**
 * Where a gap may begin, between busy times: on the first of the grids, and in what has room for a gap and no point of it, at
 * the first point of the next.
 * @param grids their steps, ms, the widest first
 */
function gapStarts({
  window,
  busy,
  grids: [step = STEP_MS, ...finer],
}: {
  window: Span;
  busy: readonly Busy[];
  grids: readonly number[];
}): number[] {
  const starts: number[] = [];
  let free = window.start_ms;
  for (const { start_ms, end_ms } of [...busy, { start_ms: window.end_ms, end_ms: window.end_ms }]) {
    const last = start_ms - GAP_MS;
    const pointFrom = (step: number) => window.start_ms + Math.ceil((free - window.start_ms) / step) * step;
    const from = pointFrom(step);
    for (let at = from; at <= last; at += step) starts.push(at);
    const between = from > last ? finer.map(pointFrom).find((at) => at <= last) : undefined;
    if (between !== undefined) starts.push(between);
    free = Math.max(free, end_ms);
  }
  return starts;
}
