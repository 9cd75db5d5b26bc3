import type { Generator } from '../../lib/generator.ts';
import type { Range } from './catalogue.ts';

const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);

/** Seconds that all phases of all cases take at the least. */
export const leastOf = (ranges: readonly Range[][]): number => sum(ranges.flat().map(([from]) => from));

/** Where time is short, each phase gets the same share of the way from its least to its most. */
export function drawLengths({
  ranges,
  budget,
  random,
}: {
  ranges: readonly Range[][];
  budget: number;
  random: Generator;
}): number[][] {
  const least = leastOf(ranges);
  const room = sum(ranges.flat().map(([from, to]) => to - from + 1));
  const share = Math.min(1, (budget - least) / room);
  return ranges.map((phases) =>
    phases.map(([from, to]) => from + Math.floor(random.next() * share * (to - from + 1))),
  );
}

/** What is left over lies between the cases, cut at uniform places: each order of gaps is as likely as any other. */
export function drawStarts({
  lengths,
  budget,
  random,
}: {
  lengths: readonly number[][];
  budget: number;
  random: Generator;
}): number[] {
  const left = budget - sum(lengths.flat());
  const cuts = lengths.map(() => random.integer(left + 1)).sort((a, b) => a - b);
  let before = 0;
  return lengths.map((phases, i) => {
    const start = before + (cuts[i] ?? 0);
    before += sum(phases);
    return start;
  });
}
