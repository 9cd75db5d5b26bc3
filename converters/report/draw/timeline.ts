import * as Plot from '@observablehq/plot';
import type { Html } from '../page/html.ts';
import type { ChangeEvent } from '../read/changes.ts';
import { grouped } from '../read/kept.ts';
import type { TruthCase } from '../read/truth.ts';
import { chart, type Frame, INK } from './chart.ts';
import type { PanelContext } from './panel.ts';
import { type TimeScale, timeAxis, timeScale } from './time-axis.ts';

/** How wide the page is: two drawings are made, and the page shows the one that fits. */
export type Size = 'wide' | 'narrow';
const WIDTH: Record<Size, number> = { wide: 1120, narrow: 340 };
const LEFT: Record<Size, number> = { wide: 150, narrow: 96 };
const ROW = 26;

/** Kinds of changes in the order of their rows, each with a shape of its own. */
const KINDS: readonly (readonly [kind: string, text: string, symbol: Plot.ChannelValueSpec & string])[] = [
  ['deployment', 'deployment', 'triangle'],
  ['rollback', 'rollback', 'triangle2'],
  ['restart', 'restart', 'plus'],
  ['scaling', 'scaling', 'square2'],
  ['feature_flag', 'feature flag', 'diamond'],
  ['config', 'configuration', 'hexagon'],
  ['migration', 'migration', 'square'],
  ['cache_flush', 'cache flush', 'circle'],
  ['credential_rotation', 'credentials', 'wye'],
  ['out_of_memory', 'out of memory', 'times'],
];
const OTHER = ['other', 'other', 'asterisk'] as const;
/** Shapes that have no inside. */
const LINES = new Set(['plus', 'times', 'asterisk']);
const colorOf = (kind: string): string => (kind === 'out_of_memory' ? INK.red : INK.blue);
const rowKind = (kind: string): string => KINDS.find(([name]) => name === kind)?.[0] ?? OTHER[0];

export const kindText = (kind: string): string => KINDS.find(([name]) => name === kind)?.[1] ?? kind;

/** Changes by kind over time, each with its number in the list. */
export function changesChart({ bins, changes }: PanelContext, size: Size): Html {
  const time = timeScale(bins, size === 'wide' ? 14 : 4);
  const rows = [...KINDS, OTHER].filter(([kind]) => changes.some((one) => rowKind(one.kind) === kind));
  const frame = frameOf(size, rows.length);
  const marks = clustered(changes, { time, frame, apartPx: size === 'wide' ? 24 : 38 });
  return chart({
    frame,
    label: `${changes.length} changes over time, by kind: ${rows.map(([, text]) => text).join(', ')}. The list below has them all.`,
    x: { domain: [...time.domain] },
    y: { type: 'band', domain: rows.map(([kind]) => kind), padding: 0 },
    marks: [
      Plot.ruleY(rows, { y: '0', stroke: INK.grid }),
      Plot.axisY({
        ...{ tickSize: 0, tickPadding: 12, label: null, color: INK.text, fontSize: 12 },
        tickFormat: (kind: string) => kindText(kind),
      }),
      timeAxis(time),
      ...rows.map(([kind, , symbol]) =>
        Plot.dot(
          marks.filter((one) => one.kind === kind),
          {
            ...{ x: 'x', y: 'kind', symbol, r: 5, title: 'whole', className: 'mark' },
            ...(LINES.has(symbol) ? { strokeWidth: 2 } : { fill: colorOf(kind), strokeWidth: 1.5 }),
            stroke: colorOf(kind),
          },
        ),
      ),
      Plot.text(marks, {
        ...{ x: 'x', y: 'kind', text: size === 'wide' ? 'long' : 'number', dx: 9, textAnchor: 'start' },
        ...{ fontSize: 11, fill: INK.text, stroke: INK.panel, strokeWidth: 3, className: 'name' },
      }),
    ],
  });
}

const frameOf = (size: Size, rows: number): Frame => ({
  ...{ width: WIDTH[size], height: rows * ROW + 30, left: LEFT[size], right: size === 'wide' ? 34 : 26 },
  ...{ top: 4, bottom: 26 },
});

interface Mark {
  readonly x: number;
  readonly kind: string;
  /** `7`, or `1–4` where there is no room for each. */
  readonly number: string;
  /** With the service and the new value, as far as there is room. */
  readonly long: string;
  /** All of it, where a pointer rests on the mark. */
  readonly whole: string;
}

/** Changes of a kind that come so close upon one another that they cannot be told apart are one mark. */
function clustered(
  changes: readonly ChangeEvent[],
  { time, frame, apartPx }: { time: TimeScale; frame: Frame; apartPx: number },
): Mark[] {
  const px = (frame.width - frame.left - frame.right) / time.domain[1];
  const byKind = grouped(
    changes.map((change, i) => ({ change, number: i + 1, x: time.of(change.time) })),
    ({ change }) => rowKind(change.kind),
  );
  return [...byKind].flatMap(([kind, all]) => {
    const groups: (typeof all)[] = [];
    for (const one of all) {
      const last = groups.at(-1);
      if (last?.[0] && (one.x - last[0].x) * px < apartPx) last.push(one);
      else groups.push([one]);
    }
    return groups.map((group, i): Mark => {
      const x = group[0]?.x ?? 0;
      const room = ((groups[i + 1]?.[0]?.x ?? time.domain[1] + frame.right / px) - x) * px - 24;
      const number = ranges(group.map((one) => one.number));
      const text = `${number}  ${group.length === 1 && group[0] ? shortOf(group[0].change) : `${group.length} at once`}`;
      const whole = group.map((one) => `${one.number} ${wholeOf(one.change)}`).join('\n');
      return { x, kind, number, long: text.length * 6 <= room ? text : number, whole };
    });
  });
}

/** 1, 2, 3, 7 → `1–3, 7` */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}

const wholeOf = ({ kind, service, from, to }: ChangeEvent): string =>
  `${kindText(kind)} of ${service}${from === '' && to === '' ? '' : `: ${from} → ${to}`}`;

function shortOf({ service, to, failed }: ChangeEvent): string {
  const text = to.length > 0 && to.length <= 14 ? `${service} ${to}` : service;
  return failed ? `${text} (failed)` : text;
}

/** The cases of the ground truth over time: from the trigger to the end thin, and where customers noticed thick. */
export function truthChart({ bins, truth }: PanelContext, size: Size): Html {
  const cases = truth ?? [];
  const time = timeScale(bins, size === 'wide' ? 14 : 4);
  const noticed = cases.filter((one) => one.onset !== null && one.impactEnd !== null);
  const name = ({ case: n, scenario }: TruthCase) => `${n} ${scenario}`;
  const rowOf = { y: name };
  return chart({
    frame: { ...frameOf(size, cases.length), left: size === 'wide' ? 150 : 118 },
    label: `${cases.length} cases of the ground truth over time, of which ${noticed.length} had an effect on customers. The table below has them all.`,
    x: { domain: [...time.domain] },
    y: { type: 'band', domain: cases.map(name), padding: 0 },
    marks: [
      Plot.ruleY(cases, { ...rowOf, stroke: INK.grid }),
      Plot.axisY({
        ...{
          tickSize: 0,
          tickPadding: 8,
          label: null,
          color: INK.text,
          fontSize: size === 'wide' ? 12 : 10.5,
        },
      }),
      timeAxis(time),
      Plot.barX(cases, {
        ...{
          ...rowOf,
          x1: (one: TruthCase) => time.of(one.trigger),
          x2: (one: TruthCase) => time.of(one.end),
        },
        ...{ insetTop: 10, insetBottom: 10, fill: INK.faint, fillOpacity: 0.55, className: 'mark' },
      }),
      Plot.barX(noticed, {
        ...{ ...rowOf, x1: (one: TruthCase) => time.of(one.onset ?? 0) },
        ...{ x2: (one: TruthCase) => time.of(one.impactEnd ?? 0) },
        ...{ insetTop: 5, insetBottom: 5, fill: INK.orange, className: 'mark' },
      }),
      Plot.text(cases, {
        ...{ ...rowOf, x: (one: TruthCase) => time.of(Math.max(one.end, one.impactEnd ?? 0)), dx: 6 },
        ...{ text: (one: TruthCase) => (one.fault ? 'fault' : 'benign'), textAnchor: 'start', fontSize: 11 },
        ...{ fill: INK.text, className: 'name' },
      }),
    ],
  });
}
