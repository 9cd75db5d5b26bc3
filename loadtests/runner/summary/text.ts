import type { ThresholdResult } from '../thresholds/evaluate.ts';
import type { SummaryData } from './data.ts';
import { formatMetric, formatPercent, formatValue } from './format.ts';

const SECTIONS: [string, (metric: string) => boolean][] = [
  ['HTTP', (metric) => /^http_req(s|_failed|_duration)$/.test(metric)],
  ['EXECUTION', (metric) => /^(iteration.*|dropped_iterations|vus|vus_max)$/.test(metric)],
  ['NETWORK', (metric) => /^data_(sent|received)$/.test(metric)],
];
const HIDDEN = /^(checks|http_req_(blocked|connecting|tls_handshaking|sending|waiting|receiving))$/;
const WIDTH = 36;

/** The end-of-test summary as text, laid out like k6's compact one. */
export function summaryText({
  data,
  thresholds,
}: {
  data: SummaryData;
  thresholds: ThresholdResult[];
}): string {
  const lines: string[] = [''];
  if (thresholds.length > 0) lines.push('  █ THRESHOLDS', '', ...thresholdLines({ data, thresholds }));
  lines.push('  █ TOTAL RESULTS', '', ...checkLines(data));
  const listed = (metric: string) => SECTIONS.some(([, match]) => match(metric));
  const custom: [string, (metric: string) => boolean] = [
    'CUSTOM',
    (metric) => !HIDDEN.test(metric) && !listed(metric),
  ];
  for (const [title, match] of [custom, ...SECTIONS]) {
    const block = Object.entries(data.metrics)
      .filter(([name]) => match(name.replace(/\{.*$/, '')))
      .map(([name, metric]) => {
        const sub = /\{(.*)\}$/.exec(name)?.[1];
        const label = sub === undefined ? `    ${name}` : `      { ${sub} }`;
        return `${label.padEnd(WIDTH + 3, '.')}: ${formatMetric(metric)}`;
      });
    if (block.length > 0) lines.push(`    ${title}`, ...block, '');
  }
  return `${lines.join('\n')}\n`;
}

function thresholdLines({
  data,
  thresholds,
}: {
  data: SummaryData;
  thresholds: ThresholdResult[];
}): string[] {
  const selectors = [...new Set(thresholds.map(({ plan }) => plan.selector))];
  return selectors.flatMap((selector) => [
    `    ${selector}`,
    ...thresholds
      .filter(({ plan }) => plan.selector === selector)
      .map(({ plan, ok, actual }) => {
        const metric = data.metrics[selector];
        const value = actual ?? 0;
        const shown =
          metric?.type === 'rate'
            ? formatPercent(value)
            : formatValue({ contains: metric?.contains ?? '', value });
        return `    ${ok ? '✓' : '✗'} '${plan.source}' ${plan.stat}=${shown}`;
      }),
    '',
  ]);
}

function checkLines({ metrics, root_group }: SummaryData): string[] {
  const checks = metrics.checks?.values;
  if (!checks) return [];
  const { passes = 0, fails = 0, rate = 0 } = checks;
  const total = passes + fails;
  const line = (name: string, text: string) => `${`    ${name}`.padEnd(WIDTH + 3, '.')}: ${text}`;
  return [
    line('checks_total', String(total)),
    line('checks_succeeded', `${formatPercent(rate)} ${passes} out of ${total}`),
    line('checks_failed', `${formatPercent(1 - rate)} ${fails} out of ${total}`),
    '',
    ...root_group.checks.flatMap((check) =>
      check.fails === 0
        ? [`    ✓ ${check.name}`]
        : [
            `    ✗ ${check.name}`,
            `      ↳  ${Math.floor((100 * check.passes) / (check.passes + check.fails))}% — ✓ ${check.passes} / ✗ ${check.fails}`,
          ],
    ),
    '',
  ];
}
