import { classesChart } from '../../draw/bars.ts';
import { INK } from '../../draw/chart.ts';
import { templatesChart } from '../../draw/logs.ts';
import { panel } from '../../draw/panel.ts';
import type { Facts } from '../../facts.ts';
import { count, short, sinceStart } from '../figures.ts';
import { type Html, html } from '../html.ts';
import { asTable, section, sized } from '../parts.ts';

const LEVELS = 8;

/** Log lines by level and template over time. */
export function logsSection(facts: Facts): Html {
  const { levels, templates, bins } = facts;
  if (levels.length === 0) return html``;
  const context = { ...facts, changes: facts.changes.events };
  const lead = `Lines in each ${bins.widthMs / 1000} s (in the last, half to one and a half times that). Every level has a scale of its own.`;
  const byLevel = levels.slice(0, LEVELS).map(
    ({ level, total, counts }) =>
      html`<figure class="panel small"><figcaption>${level} <small>${count(total)} lines</small></figcaption>${panel(
        {
          ...{ ...context, form: 'bars', format: short, lines: [{ values: counts, color: colorOf(level) }] },
          label: `${count(total)} lines of level ${level} over time, at most ${count(Math.max(...counts))} in ${bins.widthMs / 1000} s`,
        },
      )}</figure>`,
  );
  return section(
    { id: 'logs', title: 'Logs', lead },
    html`<div class="panels" id="levels">${byLevel}</div>
${asTable({
  caption: 'Lines by level',
  head: ['from', ...levels.map(({ level }) => level)],
  rows: Array.from({ length: bins.count }, (_, i) => [
    sinceStart(i * bins.widthMs),
    ...levels.map(({ counts }) => count(counts[i] ?? 0)),
  ]),
})}
<h3>The ${templates.shown.length} most frequent of ${templates.others > 0 ? 'the first ' : ''}${count(templates.kept)} templates</h3>
<p class="lead">${templates.others > 0 ? `There are more than ${count(templates.kept)} templates; ${count(templates.others)} lines belong to others. ` : ''}A template is a line without its numbers, ids and quoted texts; access lines by method, route and status. The stronger the colour the more, up to the most of that template; totals at the right.</p>
<figure class="panel" id="templates">${sized((size) => templatesChart(templates.shown, context, size))}</figure>
${asTable({
  caption: 'Templates',
  head: ['service', 'level', 'template', 'lines'],
  rows: templates.shown.map(({ service, level, template, total }) => [
    service,
    level,
    template,
    count(total),
  ]),
})}`,
  );
}

const colorOf = (level: string): string =>
  level === 'error' || level === 'fatal' ? INK.red : level === 'warn' ? INK.orange : INK.blue;

/** Rows by OCSF class. */
export const classesSection = ({ classes, rows }: Facts): Html =>
  section(
    {
      id: 'classes',
      title: 'Events by OCSF class',
      lead: `${count(rows)} events of OCSF 1.8.0, each of one class.`,
    },
    html`<figure class="panel" id="class-counts">${sized((size) => classesChart(classes, size))}</figure>
${asTable({
  caption: 'Events by class',
  head: ['class', 'class_uid', 'events'],
  rows: classes.map((one) => [one.name, String(one.uid), count(one.rows)]),
})}`,
  );
