import { changesChart, kindText, truthChart } from '../../draw/timeline.ts';
import type { Facts } from '../../facts.ts';
import type { ChangeEvent } from '../../read/changes.ts';
import type { TruthCase } from '../../read/truth.ts';
import { sinceStart, utcTime } from '../figures.ts';
import { type Html, html } from '../html.ts';
import { asTable, section, sized } from '../parts.ts';

/** What was changed and when; and the ground truth, where it is here. */
export function timelineSection(facts: Facts): Html {
  const { changes, truth, about } = facts;
  const context = { ...facts, changes: changes.events };
  const lead = html`From ${utcTime(about.window.start_ms)} UTC on. Each mark has the number of its line in the list. ${
    changes.more > 0 ? `${changes.more} more are not shown.` : null
  }`;
  const drawn =
    changes.events.length === 0
      ? html`<p class="none">Nothing was changed in this run.</p>`
      : html`<figure class="panel" id="changes">${sized((size) => changesChart(context, size))}</figure>
${asTable(changesTable(changes.events, about.window.start_ms))}`;
  return section(
    { id: 'timeline', title: 'Timeline', lead },
    html`${drawn}${truth && truth.length > 0 ? truthPart(facts, truth) : null}`,
  );
}

function truthPart(facts: Facts, truth: readonly TruthCase[]): Html {
  const context = { ...facts, changes: facts.changes.events };
  return html`<div class="truth" id="truth">
<h3>Ground truth</h3>
<p class="lead">Thin and grey: a change holds, from its trigger until it is taken back. Thick and orange: customers notice it, from the onset to the
end of the impact; the drawings below have these times shaded.</p>
<figure class="panel">${sized((size) => truthChart(context, size))}</figure>
${asTable(truthTable(truth, facts.about.window.start_ms))}
</div>`;
}

const changesTable = (events: readonly ChangeEvent[], start: number) => ({
  caption: 'Changes',
  head: ['#', 'after', 'UTC', 'kind', 'service', 'from', 'to', 'by'],
  rows: events.map(({ time, kind, service, from, to, actor, failed }, i) => [
    ...[
      String(i + 1),
      sinceStart(time - start),
      utcTime(time),
      `${kindText(kind)}${failed ? ' (failed)' : ''}`,
    ],
    ...[service, from, to, actor],
  ]),
});

const truthTable = (truth: readonly TruthCase[], start: number) => ({
  caption: 'Ground truth',
  head: ['case', 'scenario', 'truth', 'affects', 'trigger', 'onset', 'impact ends', 'taken back'],
  rows: truth.map((one) => [
    ...[String(one.case), one.scenario, one.fault ? 'fault' : 'benign', one.services.join(', ') || '–'],
    ...[one.trigger, one.onset, one.impactEnd, one.end].map((time) =>
      time === null ? '–' : sinceStart(time - start),
    ),
  ]),
});
