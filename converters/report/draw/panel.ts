import * as Plot from '@observablehq/plot';
import type { Html } from '../page/html.ts';
import type { Bins } from '../read/bins.ts';
import { spanOf } from '../read/bins.ts';
import type { ChangeEvent } from '../read/changes.ts';
import type { TruthCase } from '../read/truth.ts';
import { apart, between, chart, type Frame, INK } from './chart.ts';
import { changeRules, timeAxis, timeScale, truthBands } from './time-axis.ts';

/** What all panels of a report have in common. */
export interface PanelContext {
  readonly bins: Bins;
  readonly changes: readonly ChangeEvent[];
  readonly truth: readonly TruthCase[] | null;
}

/** Values by bin; null breaks the line, unless it is shorter than what samples of metrics are apart. */
export interface PanelLine {
  /** At its end; without one the line stands alone. */
  readonly name?: string;
  readonly values: readonly (number | null)[];
  readonly color: string;
  readonly dash?: string;
  readonly sampled?: boolean;
}

export interface PanelOptions extends PanelContext {
  readonly label: string;
  readonly lines: readonly PanelLine[];
  /** Area below the line, bars by bin, or lines alone. */
  readonly form: 'area' | 'bars' | 'lines';
  /** Upper end of the scale at least, so that little does not look like much. */
  readonly least?: number;
  /** Powers of ten. */
  readonly log?: boolean;
  readonly format: (value: number) => string;
}

const FRAME: Frame = { width: 300, height: 132, left: 36, right: 12, top: 8, bottom: 22 };
/** Room for the names of lines. */
const NAMED_RIGHT = 34;
const PX_Y = [FRAME.height - FRAME.bottom, FRAME.top] as const;

/** A small drawing over the time of the run. */
export function panel(options: PanelOptions): Html {
  const { bins, changes, truth, label, lines, log = false, form, format } = options;
  const time = timeScale(bins, 6);
  const { domain, ticks } = log ? logDomain(lines) : linearDomain(lines, options.least ?? 0);
  return chart({
    frame: lines.some(({ name }) => name !== undefined) ? { ...FRAME, right: NAMED_RIGHT } : FRAME,
    label,
    x: { domain: [...time.domain] },
    y: { domain: [...domain], type: log ? 'log' : 'linear' },
    marks: [
      ...truthBands(time, truth),
      Plot.ruleY(ticks, { stroke: INK.grid, strokeOpacity: 1 }),
      changeRules(time, changes),
      ...lines.flatMap((line) => lineMarks(line, { ...options, domain })),
      Plot.axisY(ticks, {
        ...{ tickSize: 0, tickPadding: 4, label: null, color: INK.faint, tickFormat: format },
      }),
      timeAxis(time),
      names(lines, { domain, log, end: time.domain[1] }),
      ...(form === 'bars' && !lines.some(hasSome) ? [none()] : []),
    ],
  });
}

interface Point {
  readonly x: number;
  readonly y: number | null;
  readonly x1: number;
  readonly x2: number;
}

function lineMarks(
  line: PanelLine,
  { bins, form, domain }: PanelOptions & { domain: readonly [number, number] },
) {
  const time = timeScale(bins, 6);
  const points = line.values.map((y, bin): Point => {
    const { start, end } = spanOf(bins, bin);
    return { x: time.middleOf(bin), y, x1: time.of(start), x2: time.of(end) };
  });
  const { color, dash } = line;
  if (form === 'bars')
    return [
      Plot.rectY(
        points.filter(({ y }) => y !== null && y > 0),
        { x1: 'x1', x2: 'x2', y: 'y', fill: color, insetLeft: 0.3, insetRight: 0.3, className: 'mark' },
      ),
    ];
  const shown = line.sampled ? bridged(points, bins) : points;
  const known = (i: number) => typeof shown[i]?.y === 'number';
  const lonely = shown.filter((_, i) => known(i) && !known(i - 1) && !known(i + 1));
  return [
    ...(form === 'area'
      ? [Plot.areaY(shown, { x: 'x', y1: domain[0], y2: 'y', fill: color, fillOpacity: 0.16 })]
      : []),
    Plot.lineY(shown, {
      ...{ x: 'x', y: 'y', stroke: color, strokeWidth: 1.5, className: 'mark' },
      ...(dash ? { strokeDasharray: dash } : {}),
    }),
    Plot.dot(lonely, { x: 'x', y: 'y', r: 1.8, fill: color, className: 'mark' }),
  ];
}

/** Stores are asked every 10 s: so much may lie between two samples, with one lost. */
const SAMPLES_APART_MS = 20_000;

/** Without bins that no sample fell into, as long as the next one is not far. */
function bridged(points: readonly Point[], { widthMs }: Bins): Point[] {
  const isKnown = points.map(({ y }) => y !== null);
  const most = Math.floor(SAMPLES_APART_MS / widthMs) - 1;
  return points.filter((_, i) => {
    const next = isKnown.indexOf(true, i);
    const last = isKnown.lastIndexOf(true, i);
    return isKnown[i] || next < 0 || last < 0 || next - last - 1 > most;
  });
}

/** The names of the lines, behind their last points. */
function names(
  lines: readonly PanelLine[],
  { domain, log, end }: { domain: readonly [number, number]; log: boolean; end: number },
) {
  const scaled = (value: number) => (log ? Math.log10(value) : value);
  const span = [scaled(domain[0]), scaled(domain[1])] as const;
  // of lines that end together, the later is the higher one
  const named = lines.toReversed().flatMap(({ name, values, color }) => {
    const last = values.findLast((value) => value !== null) ?? null;
    return name === undefined || last === null
      ? []
      : [{ name, color, at: between(scaled(last), span, PX_Y) }];
  });
  const places = apart(
    named.map(({ at }) => at),
    11,
    [FRAME.top + 4, FRAME.height - FRAME.bottom - 2],
  );
  return named.map(({ name, color }, i) =>
    Plot.text([name], {
      ...{ x: end, dx: 4, dy: (places[i] ?? 0) - FRAME.top, frameAnchor: 'top-right', textAnchor: 'start' },
      ...{ fill: color, fontWeight: 600, lineAnchor: 'middle', className: 'name' },
    }),
  );
}

const hasSome = ({ values }: PanelLine): boolean => values.some((value) => value !== null && value > 0);

const none = () => Plot.text(['none'], { frameAnchor: 'middle', fill: INK.faint, className: 'name' });

const known = (lines: readonly PanelLine[]): number[] =>
  lines.flatMap(({ values }) => values.filter((value) => value !== null));

/** From zero to a round number. */
function linearDomain(lines: readonly PanelLine[], least: number) {
  const most = Math.max(least, ...known(lines));
  const step = stepOf(most === 0 ? 1 : most);
  const end = Math.max(step, Math.ceil(most / step - 1e-9) * step);
  const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, i) =>
    Number((i * step).toPrecision(6)),
  );
  return { domain: [0, end] as const, ticks };
}

/** 1, 2, 5, 10 … so that there are two to four steps. */
function stepOf(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [0.5, 1, 2, 5].map((factor) => factor * power).find((step) => most / step <= 4) ?? power * 5;
}

/** Whole powers of ten. */
function logDomain(lines: readonly PanelLine[]) {
  const values = known(lines).filter((value) => value > 0);
  if (values.length === 0) return { domain: [1, 10] as const, ticks: [1, 10] };
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  const every = to - from > 4 ? 2 : 1;
  const ticks = Array.from({ length: to - from + 1 }, (_, i) => i)
    .filter((i) => i % every === 0)
    .map((i) => Number((10 ** (from + i)).toPrecision(1)));
  return { domain: [10 ** from, 10 ** to] as const, ticks };
}
