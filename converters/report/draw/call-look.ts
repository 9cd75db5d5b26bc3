import * as Plot from '@observablehq/plot';
import { short } from '../page/figures.ts';
import { type Call, CLIENTS } from '../read/calls.ts';
import { INK } from './chart.ts';

/** Share of failures from which a line says it, and from which it is red: some failures there always are. */
const TOLD_FROM = 0.001;
const FAILS_FROM = 0.01;
const QUEUE = 'queue ';

/** Calls a second, and below the share that failed. */
export function edgeText({ calls, failed }: Call, seconds: number): string {
  const share = failed / calls;
  return `${short(calls / seconds)}/s${share >= TOLD_FROM ? `\n${Number((100 * share).toPrecision(2))} % failed` : ''}`;
}

/** The thicker, the more; red and dashed where it fails. */
export function edgeLook({ calls, failed }: Call, most: number) {
  const fails = failed / calls >= FAILS_FROM;
  return {
    ...{ stroke: fails ? INK.red : INK.faint, strokeOpacity: 0.8 },
    strokeWidth: 1 + 4 * Math.sqrt(calls / most),
    ...(fails ? { strokeDasharray: '7 3' } : {}),
  };
}

/** The kind of a queue and its name, a store and its port: on two lines. */
export function nodeName(id: string, most: number): string {
  const space = id.indexOf(' ');
  const lines = space < 0 ? [id] : [id.slice(0, space), id.slice(space + 1)];
  return lines.map((line) => (line.length > most ? `${line.slice(0, most - 1)}…` : line)).join('\n');
}

/** Services and stores are boxes, queues dashed ones, and those outside a rounded one. */
export function nodeBox(id: string, { x, y }: { x: number; y: number }, half: { x: number; y: number }) {
  return Plot.rect([0], {
    ...{ x1: x - half.x, x2: x + half.x, y1: y - half.y, y2: y + half.y, className: 'node' },
    ...{ fill: INK.page, stroke: INK.text, strokeWidth: 1.25, rx: id === CLIENTS ? half.y : 4 },
    ...(id.startsWith(QUEUE) ? { strokeDasharray: '4 2' } : {}),
  });
}
