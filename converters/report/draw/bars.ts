import * as Plot from '@observablehq/plot';
import { count } from '../page/figures.ts';
import type { Html } from '../page/html.ts';
import type { ClassCount } from '../read/classes.ts';
import type { ScenarioScore } from '../read/documents.ts';
import { chart, INK } from './chart.ts';
import type { Size } from './timeline.ts';

/** Rows by OCSF class, on one scale from zero. */
export function classesChart(classes: readonly ClassCount[], size: Size): Html {
  const wide = size === 'wide';
  const name = ({ name, uid }: ClassCount) => `${name} ${uid}`;
  return chart({
    frame: {
      ...{ width: wide ? 1120 : 340, height: classes.length * 26 + 6, left: wide ? 190 : 158 },
      ...{ right: wide ? 80 : 58, top: 2, bottom: 4 },
    },
    label: `Rows by OCSF class: ${classes.map((one) => `${name(one)} ${count(one.rows)}`).join(', ')}.`,
    x: { domain: [0, Math.max(1, ...classes.map(({ rows }) => rows))] },
    y: { type: 'band', domain: classes.map(name), padding: 0.3 },
    marks: [
      Plot.barX(classes, { y: name, x1: 0, x2: 'rows', fill: INK.blue, className: 'mark' }),
      Plot.axisY({ tickSize: 0, tickPadding: 8, label: null, color: INK.text, fontSize: wide ? 12 : 11 }),
      Plot.text(classes, {
        ...{ y: name, x: 'rows', text: ({ rows }: ClassCount) => count(rows), dx: 6, textAnchor: 'start' },
        ...{ fontSize: 11, fill: INK.text, className: 'name' },
      }),
    ],
  });
}

const SYMBOLS = ['circle', 'triangle', 'square', 'diamond', 'star', 'plus'] as const;
const COLORS = [INK.blue, INK.orange, INK.green, INK.purple, INK.red, INK.sky] as const;

/** One row a scenario, one mark a method: how far right is how well it tells the fault from quiet time. */
export function scoresChart(scores: readonly ScenarioScore[], size: Size): Html {
  const wide = size === 'wide';
  const scenarios = [...new Set(scores.map(({ scenario }) => scenario))];
  const methods = [...new Set(scores.map(({ method }) => method))];
  const ticks = wide ? [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] : [0, 0.25, 0.5, 0.75, 1];
  const head = wide ? 28 : 24 * Math.ceil(methods.length / 2) + 4;
  return chart({
    frame: {
      ...{ width: wide ? 1120 : 340, height: scenarios.length * 40 + head + 26 },
      ...{ left: wide ? 190 : 118, right: 16, top: head, bottom: 26 },
    },
    label: `Area under the ROC curve of ${methods.length} methods for ${scenarios.length} scenarios; 0.5 is chance. The table below has all figures.`,
    x: { domain: [0, 1] },
    y: { type: 'band', domain: scenarios, padding: 0 },
    marks: [
      Plot.ruleX(ticks, { stroke: INK.grid }),
      Plot.ruleY(scenarios.slice(1), { dy: -20, stroke: INK.grid }),
      Plot.ruleX([0.5], { stroke: INK.faint, strokeDasharray: '4 3' }),
      Plot.axisX(ticks, { tickSize: 0, tickPadding: 5, label: null, color: INK.faint }),
      Plot.axisY({ tickSize: 0, tickPadding: 8, label: null, color: INK.text, fontSize: wide ? 12 : 10.5 }),
      ...methods.flatMap((method, i) => {
        const look = { symbol: SYMBOLS[i % 6] ?? 'circle', fill: COLORS[i % 6] ?? INK.blue, r: 5 } as const;
        const legend = wide
          ? { dx: i * 190, dy: -14 }
          : { dx: -110 + (i % 2) * 160, dy: -12 - 24 * Math.floor(i / 2) };
        return [
          Plot.dot(
            scores.filter((score) => score.method === method),
            {
              ...{ x: 'auc', y: 'scenario', dy: (i - (methods.length - 1) / 2) * 7, ...look },
              ...{ stroke: INK.panel, strokeWidth: 1, className: 'mark' },
            },
          ),
          Plot.dot([0], { frameAnchor: 'top-left', ...legend, ...look, className: 'legend' }),
          Plot.text([method.replaceAll('_', ' ')], {
            ...{
              frameAnchor: 'top-left',
              ...legend,
              dx: legend.dx + 9,
              textAnchor: 'start',
              lineAnchor: 'middle',
            },
            ...{ fontSize: wide ? 12 : 11, fill: INK.text, className: 'name' },
          }),
        ];
      }),
    ],
  });
}
