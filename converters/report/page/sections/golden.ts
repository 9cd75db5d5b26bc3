import { compareKeys } from '../../../store/keys.ts';
import { INK } from '../../draw/chart.ts';
import { type PanelLine, type PanelOptions, panel } from '../../draw/panel.ts';
import type { Facts } from '../../facts.ts';
import { CLIENTS } from '../../read/calls.ts';
import type { ServedSignals } from '../../read/golden.ts';
import type { Indicator } from '../../read/indicators.ts';
import { grouped } from '../../read/kept.ts';
import type { IndicatorSignal } from '../../read/saturation.ts';
import { count, duration, percent, short, sinceStart } from '../figures.ts';
import { type Html, html } from '../html.ts';
import { asTable, section } from '../parts.ts';

/** More would be no page any more; the others are in the dataset. */
const SERVICES = 12;
const LINES = [
  { color: INK.blue },
  { color: INK.orange, dash: '5 3' },
  { color: INK.green, dash: '1.5 2.5' },
] as const;

/** Rate, errors, durations and saturation of each service, side by side. */
export function goldenSection(facts: Facts): Html {
  const { served, indicators, bins } = facts;
  const byService = grouped(indicators, ({ service }) => service);
  const stores = [...byService.keys()]
    .filter((name) => !served.some(({ service }) => service === name))
    .sort(compareKeys);
  const front = (name: string) =>
    facts.calls.find(({ from, to }) => from === CLIENTS && to === name)?.calls ?? 0;
  const [first] = served.map(({ service }) => service).sort((a, b) => front(b) - front(a));
  const own = served.map(({ service }) => service).sort((a, b) => Number(b === first) - Number(a === first));
  const names = [...own, ...stores];
  const seconds = bins.widthMs / 1000;
  const lead = `Means and quantiles of ${seconds} s each (of the last, half to one and a half times that), over the time of the run; thin lines are the changes of the timeline. Rates, errors and durations of services are those of what they served (spans; an error is an HTTP status from 500 on, or a span that failed otherwise), all else is from their metrics; of several replicas the highest is shown.`;
  const more =
    names.length > SERVICES
      ? html`<p class="none">${names.length - SERVICES} more services are in the dataset.</p>`
      : null;
  const rows = names.slice(0, SERVICES).map((name) =>
    service({
      facts,
      name,
      signals: served.find((one) => one.service === name),
      indicators: byService.get(name) ?? [],
    }),
  );
  return section({ id: 'golden', title: 'Golden signals', lead }, html`${rows}${more}`);
}

interface ServiceFacts {
  readonly facts: Facts;
  readonly name: string;
  readonly signals: ServedSignals | undefined;
  readonly indicators: readonly IndicatorSignal[];
}

function service({ facts, name, signals, indicators }: ServiceFacts): Html {
  const draw = drawing(facts, name);
  const of = (role: Indicator['role']) => indicators.filter(({ indicator }) => indicator.role === role);
  const moving = of('more').filter(moves);
  const still = of('more').filter((one) => !moving.includes(one));
  return html`<div class="service">
<h3>${name}${signals ? html` <small>${count(signals.requests)} requests, ${percent(signals.failed / signals.requests)} failed, p50 ${duration(signals.p50)}, p99 ${duration(signals.p99)}</small>` : null}</h3>
<div class="panels">
${signals ? ownPanels(signals, draw) : storePanels(of('rate'), of('errors'), draw)}
${saturationPanel(of('saturation'), draw)}
</div>
<div class="extras">${
    moving.length + still.length === 0
      ? null
      : html`<details><summary>More of ${name}</summary>
<div class="panels">${moving.map((one) =>
          draw({
            title: titleOf(one.indicator),
            form: 'area',
            lines: [{ values: one.values, color: INK.blue, sampled: true }],
            format: short,
          }),
        )}</div>${still.length > 0 ? html`<p class="none">Zero all the time: ${still.map(({ indicator }) => indicator.title).join(', ')}.</p>` : null}</details>`
  }
${asTable(serviceTable({ facts, name, signals, indicators }))}</div>
</div>`;
}

/** It is known to be other than zero, at some time. */
const moves = ({ values }: IndicatorSignal) => values.some((value) => value !== null && value !== 0);

type Draw = (
  options: Pick<PanelOptions, 'lines' | 'form' | 'format' | 'least' | 'log'> & { title: string },
) => Html;

const drawing =
  (facts: Facts, name: string): Draw =>
  ({ title, ...options }) =>
    html`<figure class="panel small"><figcaption>${title}</figcaption>${panel({
      ...{ ...facts, changes: facts.changes.events, ...options },
      label: `${name}, ${title}: ${options.lines.map((line) => rangeOf(line, options.format)).join('; ')}`,
    })}</figure>`;

function rangeOf({ name, values }: PanelLine, format: (value: number) => string): string {
  const known = values.filter((value) => value !== null);
  const head = name === undefined ? '' : `${name} `;
  if (known.length === 0) return `${head}nothing known`;
  return `${head}from ${format(Math.min(...known))} to ${format(Math.max(...known))}`;
}

function ownPanels({ bins }: ServedSignals, draw: Draw): Html {
  const of = (name: 'p50' | 'p95' | 'p99', i: number): PanelLine => ({
    ...{ name, values: bins.map((bin) => bin[name]), ...(LINES[i] ?? LINES[0]) },
  });
  return html`${draw({ title: 'Rate, requests/s', form: 'area', format: short, lines: [{ values: bins.map(({ rate }) => rate), color: INK.blue }] })}
${errorsPanel(
  bins.map(({ errors }) => (errors === null ? null : errors * 100)),
  draw,
)}
${draw({ title: 'Duration, ms (log scale)', form: 'lines', log: true, format: short, lines: [of('p50', 0), of('p95', 1), of('p99', 2)] })}`;
}

const errorsPanel = (values: readonly (number | null)[], draw: Draw): Html =>
  draw({
    title: 'Errors, % of requests',
    form: 'bars',
    least: 1,
    format: short,
    lines: [{ values, color: INK.red }],
  });

function storePanels(
  rates: readonly IndicatorSignal[],
  errors: readonly IndicatorSignal[],
  draw: Draw,
): Html {
  const [rate, error] = [rates[0], errors[0]];
  return html`${rate ? draw({ title: `Rate, ${rate.indicator.title}/s`, form: 'area', format: short, lines: [{ values: rate.values, color: INK.blue }] }) : nothing('Rate')}
${error ? draw({ title: `Errors, % ${error.indicator.title}`, form: 'bars', least: 1, format: short, lines: [{ values: error.values, color: INK.red }] }) : nothing('Errors')}
${nothing('Duration')}`;
}

const nothing = (title: string): Html =>
  html`<div class="panel small empty"><p class="figcaption">${title}</p><p class="none">not in its metrics</p></div>`;

/** Shares of limits that are known, on one scale from nothing to full. */
function saturationPanel(found: readonly IndicatorSignal[], draw: Draw): Html {
  if (found.length === 0) return nothing('Saturation');
  const lines = found.map(({ indicator, values }, i): PanelLine => {
    const name = found.length > 1 ? { name: indicator.name ?? indicator.title } : {};
    return { values, sampled: true, ...(LINES[i] ?? LINES[0]), ...name };
  });
  const what =
    found.length === 1
      ? found[0]?.indicator.title
      : found.map(({ indicator }) => indicator.name ?? indicator.title).join(', ');
  return draw({ title: `Saturation, % (${what})`, form: 'lines', least: 100, format: short, lines });
}

const titleOf = ({ title, unit }: Indicator): string =>
  `${title.charAt(0).toUpperCase()}${title.slice(1)}${unit === '' ? '' : unit === '/s' ? '/s' : `, ${unit}`}`;

function serviceTable({ facts, name, signals, indicators }: ServiceFacts) {
  const { bins } = facts;
  const shown = indicators.filter(moves);
  return {
    caption: `Signals of ${name}`,
    head: [
      ...['from', ...(signals ? ['requests/s', 'errors', 'p50 ms', 'p95 ms', 'p99 ms'] : [])],
      ...shown.map(({ indicator }) => titleOf(indicator)),
    ],
    rows: Array.from({ length: bins.count }, (_, i) => {
      const bin = signals?.bins[i];
      const own = bin
        ? [short(bin.rate), percent(bin.errors), ...[bin.p50, bin.p95, bin.p99].map(short)]
        : [];
      return [sinceStart(i * bins.widthMs), ...own, ...shown.map(({ values }) => short(values[i] ?? null))];
    }),
  };
}
