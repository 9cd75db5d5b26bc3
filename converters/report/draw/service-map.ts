import * as Plot from '@observablehq/plot';
import type { Html } from '../page/html.ts';
import type { Call } from '../read/calls.ts';
import { grouped } from '../read/kept.ts';
import { edgeLook, edgeText, nodeBox, nodeName } from './call-look.ts';
import { apart, chart, type Frame, INK } from './chart.ts';
import { type LayeredGraph, layered, type Place } from './layers.ts';

const WIDTH = 1120;
/** Between places of a layer, px. */
const ACROSS = 62;
/** Half of a node, px. */
const HALF = { x: 75, y: 19 };
/** Length of an arrow's head. */
const HEAD = 7;

interface Point {
  readonly x: number;
  readonly y: number;
}
interface Line {
  readonly call: Call;
  readonly points: readonly Point[];
}

/** Who calls whom, left to right, with calls a second and the share that failed. */
export function serviceMap(calls: readonly Call[], { seconds }: { seconds: number }): Html {
  const graph = layered(calls);
  const frame = {
    ...{ width: WIDTH, height: graph.height * ACROSS + 8, left: 0, right: 0, top: 0, bottom: 0 },
  };
  const at = placing(graph, frame);
  const lines = graph.routes.map(({ call, places }): Line => ({ call, points: lineOf(places.map(at)) }));
  const most = Math.max(1, ...calls.map((call) => call.calls));
  return chart({
    frame,
    label: `${graph.nodes.length} services, stores and queues, and ${calls.length} kinds of calls between them. The table below has them all.`,
    x: { type: 'identity' },
    y: { type: 'identity' },
    marks: [
      ...lines.map(({ call, points }) =>
        Plot.line(points, { x: 'x', y: 'y', curve: 'bump-x', className: 'mark', ...edgeLook(call, most) }),
      ),
      ...lines.map(arrow),
      ...graph.nodes.map((node) => nodeBox(node.id, at(node), HALF)),
      Plot.text(graph.nodes, {
        ...{ x: (node: Place) => at(node).x, y: (node: Place) => at(node).y },
        text: ({ id }: Place) => nodeName(id, 20),
        ...{ fontSize: 11.5, fontWeight: 600, fill: INK.text, className: 'node-name' },
      }),
      Plot.text(labelsOf(lines, seconds), {
        ...{ x: 'x', y: 'y', text: 'text', fontSize: 11, fill: INK.text },
        ...{ stroke: INK.panel, strokeWidth: 5, lineHeight: 1.2, className: 'name' },
      }),
    ],
  });
}

function placing({ layers, height }: LayeredGraph, { width, height: high }: Frame) {
  const step = (width - 2 * HALF.x - 4) / Math.max(1, layers - 1);
  return ({ layer, order }: Place): Point => ({
    x: HALF.x + 2 + layer * step,
    y: ((order + 0.5) * high) / height,
  });
}

/** From the edge of one box to the edge of the other. */
function lineOf(points: readonly Point[]): Point[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return [];
  return [{ ...first, x: first.x + HALF.x }, ...points.slice(1, -1), { ...last, x: last.x - HALF.x - HEAD }];
}

/** Where a line passes a layer it is alone; the others have theirs in the middle between two layers, kept apart. */
function labelsOf(lines: readonly Line[], seconds: number): (Point & { text: string })[] {
  const labels = lines.map(({ call, points: [from, next, ...more] }) => {
    const text = edgeText(call, seconds);
    if (!from || !next) return { x: 0, y: 0, text, alone: true };
    const middle = { x: (from.x + next.x) / 2, y: (from.y + next.y) / 2 };
    return { ...(more.length > 0 ? next : middle), text, alone: more.length > 0 };
  });
  const crowded = labels.filter(({ alone }) => !alone);
  return [
    ...labels.filter(({ alone }) => alone),
    ...[...grouped(crowded, ({ x }) => Math.round(x)).values()].flatMap((some) => {
      const gap = some.some(({ text }) => text.includes('\n')) ? 29 : 16;
      const places = apart(
        some.map(({ y }) => y),
        gap,
        [0, Number.POSITIVE_INFINITY],
      );
      return some.map((label, i) => ({ ...label, y: places[i] ?? label.y }));
    }),
  ];
}

function arrow({ call, points }: Line) {
  const { x, y } = points.at(-1) ?? { x: 0, y: 0 };
  const corners = [
    [x, y - 4.5],
    [x + HEAD, y],
    [x, y + 4.5],
  ];
  return Plot.line(corners, {
    ...{ x: '0', y: '1', curve: 'linear-closed', className: 'arrow' },
    ...{ fill: edgeLook(call, 1).stroke, stroke: 'none' },
  });
}
