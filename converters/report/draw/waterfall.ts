import * as Plot from '@observablehq/plot';
import type { RequestFacts } from '../facts.ts';
import { duration } from '../page/figures.ts';
import type { Html } from '../page/html.ts';
import { grouped } from '../read/kept.ts';
import type { PlacedSpan } from '../read/spans.ts';
import { chart, type Frame, INK } from './chart.ts';
import type { Size } from './timeline.ts';

const COLORS = [INK.blue, INK.orange, INK.green, INK.purple, INK.sky] as const;

interface Layout {
  readonly frame: Frame;
  /** Height of a bar; how far it lies below the middle of its row, and its label above it. */
  readonly bar: number;
  readonly below: number;
  readonly above: number;
  readonly indent: number;
  /** Where labels begin, from the left of the bars, and how much room they have. */
  readonly labelAt: number;
  readonly labelRoom: number;
  readonly ticks: number;
}

/** Beside the bars where there is room for the labels, else above them. */
function layoutOf(size: Size, rows: number): Layout {
  const edges = { top: 4, bottom: 24 };
  return size === 'wide'
    ? {
        frame: { width: 1120, height: rows * 20 + 28, left: 360, right: 100, ...edges },
        ...{ bar: 12, below: 0, above: 0, indent: 10, labelAt: -360, labelRoom: 350, ticks: 8 },
      }
    : {
        frame: { width: 340, height: rows * 34 + 28, left: 4, right: 92, ...edges },
        ...{ bar: 9, below: 8, above: -7, indent: 6, labelAt: 0, labelRoom: 330, ticks: 4 },
      };
}

interface Row {
  readonly i: number;
  readonly start: number;
  readonly end: number;
  readonly service: string;
  readonly indent: number;
  readonly label: string;
  readonly whole: string;
  readonly value: string;
}

/** The spans of a request: when each began, and how long it took. A colour a service, whose name stands with each. */
export function waterfall({ spans }: RequestFacts, size: Size): Html {
  const layout = layoutOf(size, spans.length);
  const { frame, bar, below } = layout;
  const whole = Math.max(0.001, ...spans.map((span) => span.startMs + span.durationMs));
  const rows = spans.map((span, i) => rowOf(span, { i, whole, layout }));
  const services = [...grouped(rows, ({ service }) => service)];
  const colorOf = (i: number) => COLORS[i % COLORS.length] ?? INK.blue;
  return chart({
    frame,
    label: `${spans.length} spans of ${services.map(([name]) => name).join(', ')}, ${duration(whole)} in all. The table below has them all.`,
    x: { domain: [0, whole] },
    y: { type: 'linear', domain: [-0.5, rows.length - 0.5], range: [frame.top, frame.height - frame.bottom] },
    marks: [
      Plot.gridX({ ticks: layout.ticks, stroke: INK.grid, strokeOpacity: 1 }),
      Plot.axisX({
        ...{ ticks: layout.ticks, tickSize: 4, tickPadding: 3, label: null, color: INK.faint },
        tickFormat: (tick: number) => duration(tick),
      }),
      ...services.flatMap(([, some], i) => [
        Plot.link(some, {
          ...{ x1: 'start', x2: 'end', y1: 'i', y2: 'i', dy: below, stroke: colorOf(i), strokeWidth: bar },
          ...{ strokeLinecap: 'butt', title: 'whole', className: 'mark' },
        }),
        ...labels(some, { layout, color: colorOf(i) }),
      ]),
      Plot.text(rows, {
        ...{ x: 'end', y: 'i', text: 'value', dx: 5, dy: below, textAnchor: 'start', fontSize: 11 },
        ...{ fill: INK.text, stroke: INK.panel, strokeWidth: 3, className: 'name' },
      }),
    ],
  });
}

function rowOf(span: PlacedSpan, { i, whole, layout }: { i: number; whole: number; layout: Layout }): Row {
  const { service, name, startMs, durationMs, failed, depth } = span;
  const indent = Math.min(depth, 10) * layout.indent;
  return {
    ...{ i, service, indent, start: startMs },
    // one that takes no time can still be seen
    end: startMs + Math.max(durationMs, whole / 300),
    whole: `${service} · ${name}, ${duration(durationMs)}`,
    label: cut(`${service} · ${name}`, Math.floor((layout.labelRoom - indent) / 6)),
    value: `${duration(durationMs)}${failed ? ' ✖ failed' : ''}`,
  };
}

/** An offset is one of a mark, so that the labels of each depth are one. */
const labels = (rows: readonly Row[], { layout, color }: { layout: Layout; color: string }) =>
  [...grouped(rows, ({ indent }) => indent)].map(([indent, some]) =>
    Plot.text(some, {
      ...{ y: 'i', text: 'label', frameAnchor: 'left', dx: layout.labelAt + indent, dy: layout.above },
      ...{ textAnchor: 'start', fontSize: 12, fill: color, className: 'label' },
    }),
  );

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
