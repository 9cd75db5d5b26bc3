import type { Span } from '../truth/record.ts';

export const SPLIT_NAMES = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof SPLIT_NAMES)[number];
export type Blocks = Readonly<Record<SplitName, Span>>;

/** Between two splits: as long as three windows of 10 s, which is how far back a feature may look. */
export const GAP_MS = 30_000;
const SHARES: Readonly<Record<SplitName, number>> = { train: 0.6, validation: 0.2, test: 0.2 };
/** A gap may begin so many milliseconds after the last thing that it must not cut, and so on. */
const STEP_MS = 5_000;

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
  const cuts = gapStarts({ window, busy }).filter((at) => !crossed(at));
  let best: { blocks: Blocks; positive: number; off: number } | undefined;
  for (const [i, first] of cuts.entries())
    for (const second of cuts.slice(i + 1)) {
      const blocks = blocksOf({ window, first, second });
      if (SPLIT_NAMES.some((name) => lengthOf(blocks[name]) < GAP_MS)) continue;
      const positive = SPLIT_NAMES.filter((name) => hasPositive(blocks[name], busy)).length;
      const off = offBy({ window, blocks });
      if (!best || positive > best.positive || (positive === best.positive && off < best.off))
        best = { blocks, positive, off };
    }
  return best?.blocks;
}

const lengthOf = ({ start_ms, end_ms }: Span) => end_ms - start_ms;
const hasPositive = (block: Span, busy: readonly Busy[]) =>
  busy.some((one) => one.positive && one.start_ms >= block.start_ms && one.end_ms <= block.end_ms);

const blocksOf = ({ window, first, second }: { window: Span; first: number; second: number }): Blocks => ({
  train: { start_ms: window.start_ms, end_ms: first },
  validation: { start_ms: first + GAP_MS, end_ms: second },
  test: { start_ms: second + GAP_MS, end_ms: window.end_ms },
});

/** How far the blocks' shares are from those that are wanted, summed up. */
function offBy({ window, blocks }: { window: Span; blocks: Blocks }): number {
  const all = lengthOf(window) - 2 * GAP_MS;
  return SPLIT_NAMES.reduce((sum, name) => sum + Math.abs(lengthOf(blocks[name]) / all - SHARES[name]), 0);
}

/** Where a gap may begin: every so often in what lies between busy times, and so that it ends when the next begins. */
function gapStarts({ window, busy }: { window: Span; busy: readonly Busy[] }): number[] {
  const starts: number[] = [];
  let free = window.start_ms;
  for (const { start_ms, end_ms } of [...busy, { start_ms: window.end_ms, end_ms: window.end_ms }]) {
    const last = start_ms - GAP_MS;
    for (let at = free; at < last; at += STEP_MS) starts.push(at);
    if (last >= free) starts.push(last);
    free = Math.max(free, end_ms);
  }
  return starts;
}
