import type { Indicator, Span } from '../../truth/record.ts';
import { median } from './delta.ts';
import type { IndicatorSamples, Step } from './indicators.ts';

/** An indicator before a change: how far it went on its own, and how far is too far. */
const MADS = 3;

/**
 * When the indicator first went beyond everything that was seen before, and stayed there for some samples: beyond the
 * extreme of the samples before, and beyond their median by three times their median distance from it. A counter's
 * increase belongs to all the time since the sample before, so that the onset is where that began, but not before the span.
 * Null where it did not, or where there is nothing to compare with.
 */
export function onsetIn({
  indicator: { as, moves },
  samples,
  before,
  span,
  lasting = 2,
}: {
  indicator: Indicator;
  samples: IndicatorSamples;
  before: readonly Span[];
  /** Where it may begin. */
  span: Span;
  /** Samples; 1 where what was changed mends itself, perhaps before the next one. */
  lasting?: 1 | 2;
}): number | null {
  const seen = before.flatMap((window) => samples.stepsIn(window)).map(({ value }) => value);
  const middle = median(seen);
  if (middle === null) return null;
  const mad = median(seen.map((value) => Math.abs(value - middle))) ?? 0;
  const [most, least] = [Math.max(...seen), Math.min(...seen)];
  const beyond = ({ value }: Step) =>
    moves === 'up'
      ? value > Math.max(most, middle + MADS * mad)
      : value < Math.min(least, middle - MADS * mad);
  const steps = samples.stepsIn(span);
  const first = steps.find((_, i) => {
    const all = steps.slice(i, i + lasting);
    return all.length === lasting && all.every(beyond);
  });
  if (!first) return null;
  return Math.round(as === 'value' ? first.at_ms : Math.max(first.from_ms, span.start_ms));
}
