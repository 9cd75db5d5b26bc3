import type { Indicator, Span } from '../../truth/record.ts';
import { cliffsDelta, median } from './delta.ts';
import type { MechanismFigures, Verdict } from './findings.ts';
import { type IndicatorSamples, indicatorName } from './indicators.ts';
import { tiled } from './quiet.ts';

/** Limit of Cliff's δ over windows of the indicator. */
const MOVED = 0.8;

/** Did the indicator move its way? Without an onset it may have, and nobody can say when: that is unclear. */
export function mechanismOf({
  indicator,
  samples,
  before,
  during,
  hasOnset,
}: {
  indicator: Indicator;
  samples: IndicatorSamples;
  before: readonly Span[];
  during: Span;
  hasOnset: boolean;
}): { verdict: Verdict; figures: MechanismFigures } {
  const values = (windows: readonly Span[]) =>
    windows.map((window) => samples.valueIn(window)).filter((value) => value !== null);
  const [then, now] = [values(before), values(tiled(during))];
  const delta = cliffsDelta(then, now);
  const moved = delta !== null && (indicator.moves === 'up' ? delta : -delta) >= MOVED;
  const said = moved ? (hasOnset ? 'passed' : 'unclear') : 'failed';
  return {
    verdict: delta === null ? 'not_judged' : said,
    figures: { indicator: indicatorName(indicator), before: median(then), during: median(now), delta },
  };
}
