import * as Plot from '@observablehq/plot';
import { Html } from '../page/html.ts';
import { type SvgElement, svgDocument } from './svg-tree.ts';

/** Margins and size of a drawing, px. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Colours of the page's style sheet: for light and dark, and told apart by colour-blind readers. */
export const INK = {
  text: 'var(--text)',
  faint: 'var(--faint)',
  grid: 'var(--grid)',
  page: 'var(--page)',
  panel: 'var(--panel)',
  blue: 'var(--blue)',
  sky: 'var(--sky)',
  orange: 'var(--orange)',
  red: 'var(--red)',
  green: 'var(--green)',
  purple: 'var(--purple)',
} as const;

export interface ChartOptions {
  readonly frame: Frame;
  /** What is seen, for those who do not see it. */
  readonly label: string;
  readonly marks: readonly Plot.Markish[];
  readonly x?: Plot.ScaleOptions;
  readonly y?: Plot.ScaleOptions;
}

/** A drawing as SVG, with class `chart`. */
export function chart({ frame, label, marks, x, y }: ChartOptions): Html {
  const { width, height, left, right, top, bottom } = frame;
  const drawn = Plot.plot({
    ...{ width, height, marginLeft: left, marginRight: right, marginTop: top, marginBottom: bottom },
    ...{ className: 'chart', document: svgDocument as never, marks: [...marks] },
    x: { axis: null, ...x },
    y: { axis: null, ...y },
  }) as unknown as SvgElement;
  drawn.setAttribute('role', 'img');
  drawn.setAttribute('aria-label', label);
  for (const name of ['width', 'height', 'font-family', 'font-size']) drawn.removeAttribute(name);
  return new Html(drawn.toString());
}

/** Where a value stands between two others, in px. */
export const between = (
  value: number,
  [from, to]: readonly [number, number],
  px: readonly [number, number],
) => px[0] + ((value - from) / (to - from)) * (px[1] - px[0]);

/** Places that are at least `gap` apart, in their order, none far from where it was wanted. */
export function apart(
  wanted: readonly number[],
  gap: number,
  [least, most]: readonly [number, number],
): number[] {
  const order = wanted.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at || a.i - b.i);
  let next = least;
  for (const one of order) {
    one.at = Math.max(one.at, next);
    next = one.at + gap;
  }
  next = most;
  for (const one of order.toReversed()) {
    one.at = Math.min(one.at, next);
    next = one.at - gap;
  }
  const places = new Array<number>(wanted.length).fill(0);
  for (const { at, i } of order) places[i] = at;
  return places;
}
