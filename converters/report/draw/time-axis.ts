import * as Plot from '@observablehq/plot';
import { type Bins, spanOf } from '../read/bins.ts';
import type { ChangeEvent } from '../read/changes.ts';
import type { TruthCase } from '../read/truth.ts';
import { INK } from './chart.ts';

const STEPS_MIN = [0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440];

/** Minutes since the start of the run. */
export interface TimeScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly of: (epochMs: number) => number;
  readonly middleOf: (bin: number) => number;
}

/** @param most ticks that there is room for */
export function timeScale(bins: Bins, most: number): TimeScale {
  const { startMs, endMs } = bins;
  const minutes = (endMs - startMs) / 60_000;
  const step = STEPS_MIN.find((one) => minutes / one <= most) ?? 1440 * Math.ceil(minutes / 1440 / most);
  const of = (ms: number) => (ms - startMs) / 60_000;
  return {
    domain: [0, minutes],
    ticks: Array.from({ length: Math.floor(minutes / step) + 1 }, (_, i) => i * step),
    of,
    middleOf: (bin) => {
      const { start, end } = spanOf(bins, bin);
      return of((start + end) / 2);
    },
  };
}

/** Ticks below, the last with its unit. */
export function timeAxis({ ticks }: TimeScale): Plot.Markish {
  const step = ticks[1] ?? 1;
  const unit = step < 1 ? ' s' : ' min';
  return Plot.axisX([...ticks], {
    ...{ tickSize: 4, tickPadding: 3, label: null, color: INK.faint, className: 'axis' },
    tickFormat: (tick: number) => `${step < 1 ? tick * 60 : tick}${tick === ticks.at(-1) ? unit : ''}`,
  });
}

/** When something was changed: a thin line from top to bottom. */
export const changeRules = (scale: TimeScale, changes: readonly ChangeEvent[]): Plot.Markish =>
  Plot.ruleX(changes, {
    x: (change: ChangeEvent) => scale.of(change.time),
    ...{ stroke: INK.faint, strokeOpacity: 0.35, strokeWidth: 0.75, className: 'change-rule' },
  });

/** The ground truth behind a drawing: what a fault did to customers. It is shown and hidden by the page. */
export const truthBands = (scale: TimeScale, truth: readonly TruthCase[] | null): Plot.Markish[] => [
  Plot.rect(
    (truth ?? []).filter((one) => one.onset !== null && one.impactEnd !== null),
    {
      x1: (one: TruthCase) => scale.of(one.onset ?? 0),
      x2: (one: TruthCase) => scale.of(one.impactEnd ?? 0),
      ...{ fill: INK.orange, fillOpacity: 0.22, className: 'truth' },
    },
  ),
];
