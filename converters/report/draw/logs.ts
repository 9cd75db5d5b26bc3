import * as Plot from '@observablehq/plot';
import { count } from '../page/figures.ts';
import type { Html } from '../page/html.ts';
import { spanOf } from '../read/bins.ts';
import type { TemplateCount } from '../read/logs.ts';
import { chart, INK } from './chart.ts';
import type { PanelContext } from './panel.ts';
import { changeRules, timeAxis, timeScale, truthBands } from './time-axis.ts';
import type { Size } from './timeline.ts';

/** Templates over time: how many lines of each, the darker the more, on the scale of that template. */
export function templatesChart(
  shown: readonly TemplateCount[],
  { bins, changes, truth }: PanelContext,
  size: Size,
): Html {
  const wide = size === 'wide';
  const time = timeScale(bins, wide ? 8 : 4);
  const row = wide ? 22 : 36;
  const frame = {
    ...{
      width: wide ? 1120 : 340,
      height: shown.length * row + 28,
      left: wide ? 540 : 4,
      right: wide ? 62 : 50,
    },
    ...{ top: 2, bottom: 24 },
  };
  const cells = shown.flatMap(({ counts }, i) => {
    const most = Math.max(...counts);
    return counts.flatMap((lines, bin) => {
      const { start, end } = spanOf(bins, bin);
      return lines === 0
        ? []
        : [{ i, share: Math.ceil((lines / most) * 8) / 8, x1: time.of(start), x2: time.of(end) }];
    });
  });
  const strip = wide ? 14 : 11;
  const shift = wide ? 0 : 8;
  const most = wide ? 78 : 52;
  const labels = shown.map(({ service, level, template }, i) => {
    const text = `${level === 'info' ? '' : `${level} `}${service} · ${template}`;
    return { i, text: text.length > most ? `${text.slice(0, most - 1)}…` : text };
  });
  return chart({
    frame,
    label: `The ${shown.length} most frequent templates of log lines over time. The table below has their counts.`,
    x: { domain: [...time.domain] },
    y: {
      type: 'linear',
      domain: [-0.5, shown.length - 0.5],
      range: [frame.top, frame.height - frame.bottom],
    },
    marks: [
      ...truthBands(time, truth),
      changeRules(time, changes),
      Plot.rect(cells, {
        ...{ x1: 'x1', x2: 'x2', y1: 'i', y2: 'i', fill: INK.blue, fillOpacity: 'share', className: 'mark' },
        ...{ insetTop: shift - strip / 2, insetBottom: -shift - strip / 2 },
      }),
      Plot.text(labels, {
        ...{ y: 'i', text: 'text', frameAnchor: 'left', dx: wide ? -540 : 0, dy: wide ? 0 : -8 },
        ...{ textAnchor: 'start', fontSize: wide ? 12 : 11, fill: INK.text, className: 'label' },
      }),
      Plot.text(shown, {
        ...{ y: (_: TemplateCount, i: number) => i, text: ({ total }: TemplateCount) => count(total) },
        ...{
          frameAnchor: 'right',
          dx: 6,
          dy: shift,
          textAnchor: 'start',
          fontSize: 11,
          fill: INK.faint,
          className: 'name',
        },
      }),
      timeAxis(time),
    ],
  });
}
