import type { QualityCheck } from '../../../judge/quality.ts';
import { scoresChart } from '../../draw/bars.ts';
import type { Facts } from '../../facts.ts';
import { grouped } from '../../read/kept.ts';
import { type Html, html } from '../html.ts';
import { asTable, folded, section, sized, table } from '../parts.ts';

const HEAD = ['state', 'check', 'figure', 'limit'];

/** What the judge found. What is good of the loss counters and of the cases is folded; nothing that is short is. */
export function qualitySection({ judged, caseChecks }: Facts): Html {
  if (!judged) return html``;
  const { checks } = judged;
  const counters = checks.filter(({ name, ok }) => name.startsWith('counter_') && ok === true);
  const shown = checks.filter((one) => !counters.includes(one));
  const lead =
    'Conservation is judged by the client, the raw telemetry and the Parquet, read independently. A gate that fails makes the dataset unsound; another check that is short only marks it.';
  return section(
    { id: 'quality', title: 'Quality', lead },
    html`${checksTable('Checks', shown)}
<div class="extras">${foldedChecks(`${counters.length} counters of losses that are zero`, counters)}</div>
${caseChecks && caseChecks.length > 0 ? casesPart(caseChecks) : null}`,
  );
}

function casesPart(checks: readonly QualityCheck[]): Html {
  const good = checks.filter(({ ok }) => ok === true);
  const others = checks.filter(({ ok }) => ok !== true);
  return html`<div class="truth">
${others.length > 0 ? checksTable('Checks of single cases', others) : null}
<div class="extras">${foldedChecks(`${good.length} of ${checks.length} checks of single cases that are ok`, good)}</div>
</div>`;
}

const checksTable = (caption: string, of: readonly QualityCheck[]): Html =>
  table({ caption, head: HEAD, rows: of.map(checkRow) });

const foldedChecks = (caption: string, of: readonly QualityCheck[]): Html | null =>
  of.length === 0 ? null : folded(caption, { caption, head: HEAD, rows: of.map(checkRow) });

function checkRow({ ok, gate, title, figure, limit }: QualityCheck) {
  return [stateOf(ok, gate), html`${title}${gate ? html` <small>gate</small>` : null}`, figure, limit];
}

function stateOf(ok: boolean | null, gate: boolean): Html {
  if (ok === null) return html`<span class="state unknown">– open</span>`;
  if (ok) return html`<span class="state good">✔ ok</span>`;
  return gate
    ? html`<span class="state bad">✖ failed</span>`
    : html`<span class="state short">! short</span>`;
}

/** How well standard detectors find the faults, by their labels. */
export function scoresSection({ scores }: Facts): Html {
  if (!scores || scores.length === 0) return html``;
  const all = scores.filter(({ features }) => features === 'all');
  const byScenario = grouped(scores, ({ scenario }) => scenario);
  const columns = [...new Set(scores.map(({ method, features }) => JSON.stringify([method, features])))];
  const lead =
    'Area under the ROC curve of standard detectors for each fault, from its onset, with features of all signals: 1 is perfect, 0.5 is chance (dashed).';
  return section(
    { id: 'detectors', title: 'Detectors', lead },
    html`<figure class="panel" id="scores">${sized((size) => scoresChart(all.length > 0 ? all : scores, size))}</figure>
${asTable({
  caption: 'Scores of all detectors',
  head: ['method', 'features', ...byScenario.keys()],
  rows: columns.map((column) => {
    const [method, features] = JSON.parse(column) as [string, string];
    const of = [...byScenario.values()].map(
      (some) => some.find((one) => one.method === method && one.features === features)?.auc,
    );
    return [
      method.replaceAll('_', ' '),
      features,
      ...of.map((auc) => (auc === undefined ? '–' : auc.toFixed(3))),
    ];
  }),
})}`,
  );
}
