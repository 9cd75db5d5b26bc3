import * as Plot from '@observablehq/plot';
import type { Html } from '../page/html.ts';
import type { Call } from '../read/calls.ts';
import { grouped } from '../read/kept.ts';
import { edgeLook, edgeText, nodeBox, nodeName } from './call-look.ts';
import { chart, INK } from './chart.ts';
import { layered } from './layers.ts';

const WIDTH = 340;
const ROW = 34;
const GAP = 14;
const HALF = { x: 54, y: 15 };
const [FROM_X, TO_X] = [HALF.x + 1, WIDTH - HALF.x - 1];

/** The service map where there is no room for a map: each caller at the left, and whom it calls at the right. */
export function callList(calls: readonly Call[], { seconds }: { seconds: number }): Html {
  const layerOf = new Map(layered(calls).nodes.map(({ id, layer }) => [id, layer]));
  const callers = [...grouped(calls, ({ from }) => from)].sort(
    ([a], [b]) => (layerOf.get(a) ?? 0) - (layerOf.get(b) ?? 0),
  );
  let y = 0;
  const rows = callers.flatMap(([from, some], group) => {
    const first = y + group * GAP;
    y += some.length * ROW;
    return some.map((call, i) => ({
      ...{ call, from, y: first + (i + 0.5) * ROW, fromY: first + (some.length * ROW) / 2 },
    }));
  });
  const most = Math.max(1, ...calls.map((call) => call.calls));
  const boxes = [...grouped(rows, ({ from }) => from)].map(([from, [first]]) => ({
    ...{ id: from, x: FROM_X, y: first?.fromY ?? 0 },
  }));
  const nodes = [...boxes, ...rows.map(({ call, y }) => ({ id: call.to, x: TO_X, y }))];
  return chart({
    frame: {
      ...{ width: WIDTH, height: y + (callers.length - 1) * GAP, left: 0, right: 0, top: 0, bottom: 0 },
    },
    label: `${calls.length} kinds of calls between ${layerOf.size} services, stores and queues. The table below has them all.`,
    x: { type: 'identity' },
    y: { type: 'identity' },
    marks: [
      ...rows.map(({ call, y, fromY }) =>
        Plot.line(
          [
            [FROM_X + HALF.x, fromY],
            [TO_X - HALF.x, y],
          ],
          { x: '0', y: '1', curve: 'bump-x', className: 'mark', ...edgeLook(call, most) },
        ),
      ),
      ...nodes.map((node) => nodeBox(node.id, node, HALF)),
      Plot.text(nodes, {
        ...{ x: 'x', y: 'y', text: ({ id }: { id: string }) => nodeName(id, 15), className: 'node-name' },
        ...{ fontSize: 10.5, fontWeight: 600, fill: INK.text },
      }),
      Plot.text(rows, {
        ...{ x: WIDTH / 2 + 10, y: 'y', text: ({ call }: { call: Call }) => `${edgeText(call, seconds)}` },
        ...{
          fontSize: 11,
          fill: INK.text,
          stroke: INK.panel,
          strokeWidth: 5,
          lineHeight: 1.2,
          className: 'name',
        },
      }),
    ],
  });
}
