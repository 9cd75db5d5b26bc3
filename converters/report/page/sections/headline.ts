import type { Facts } from '../../facts.ts';
import { count, sinceStart, utc } from '../figures.ts';
import { type Html, html } from '../html.ts';

/** What it is, and whether it can be trusted. */
export function headline(facts: Facts, command: string | null): Html {
  const { about, judged, rows } = facts;
  const { start_ms, end_ms } = about.window;
  const answered = judged ? judged.conservation : null;
  const items: [name: string, value: string | Html][] = [
    ['rows', count(rows)],
    ...(answered && answered.sent > 0
      ? [
          ['requests', `${count(answered.sent)} sent, ${count(answered.unanswered.count)} unanswered`] as [
            string,
            string,
          ],
        ]
      : []),
    ['window, UTC', html`<time>${utc(start_ms)}</time> to <time>${utc(end_ms).slice(11)}</time>`],
    ['length', sinceStart(end_ms - start_ms)],
    ['target', about.target],
    ...(judged
      ? ([
          ['seed', String(about.seed)],
          ['campaign', judged.campaign ?? 'none'],
        ] as [string, string][])
      : []),
    ...(about.time_scale === 1 ? [] : [['time scale', `× ${about.time_scale}`] as [string, string]]),
  ];
  return html`<header>
<p class="kind">Faultline dataset</p>
<h1>${about.run_id}</h1>
${verdict(facts)}
<dl class="facts">${items.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${command === null ? null : html`<p class="command"><span>run it again:</span> <code>${command}</code></p>`}
</header>
`;
}

function verdict({ judged, about }: Facts): Html {
  if (!judged) return html`<p class="verdict unknown">not judged: nobody knows what happened here</p>`;
  const failed = judged.checks.filter(({ ok }) => ok === false);
  const gates = failed.filter(({ gate }) => gate);
  const judgedOf = judged.checks.filter(({ ok }) => ok !== null).length;
  const passed = `${judgedOf - failed.length} of ${judgedOf} checks passed${failed.length > gates.length ? `, ${failed.length - gates.length} short` : ''}`;
  if (judged.sound)
    return html`<p class="verdict sound"><strong>✔ sound</strong> every gate passed; ${passed}</p>`;
  const forced = about.forced.length > 0 ? ', and published nevertheless' : '';
  return html`<p class="verdict unsound"><strong>✖ not sound</strong> ${gates.length} gates failed${forced}; ${passed}</p>`;
}
