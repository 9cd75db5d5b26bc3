import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Facts } from '../facts.ts';
import { Html, html } from './html.ts';
import { mapSection, requestsSection } from './sections/calls.ts';
import { goldenSection } from './sections/golden.ts';
import { headline } from './sections/headline.ts';
import { loadingSection } from './sections/loading.ts';
import { qualitySection, scoresSection } from './sections/quality.ts';
import { classesSection, logsSection } from './sections/rows.ts';
import { timelineSection } from './sections/timeline.ts';

const fileBeside = (name: string) => readFileSync(fileURLToPath(new URL(name, import.meta.url)), 'utf8');
const STYLE = fileBeside('page.css');
const SCRIPT = fileBeside('page.js');

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
/** Nothing is fetched, and nothing runs or styles the page but what stands in it by these hashes. */
const POLICY = `default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; img-src data:; base-uri 'none'; form-action 'none'`;

const SECTIONS: readonly (readonly [id: string, name: string, draw: (facts: Facts) => Html])[] = [
  ['timeline', 'Timeline', timelineSection],
  ['golden', 'Golden signals', goldenSection],
  ['map', 'Service map', mapSection],
  ['requests', 'Requests', requestsSection],
  ['logs', 'Logs', logsSection],
  ['classes', 'Classes', classesSection],
  ['quality', 'Quality', qualitySection],
  ['detectors', 'Detectors', scoresSection],
  ['loading', 'Load it', loadingSection],
];

export interface PageOptions {
  /** What makes such a run; null where it is not known. */
  readonly command: string | null;
  /** What the page does not show, and where it is; null where nothing is kept from it. */
  readonly apart: Html | null;
}

/** The report as one document that needs nothing beside it. */
export function page(facts: Facts, { command, apart }: PageOptions): string {
  const drawn = SECTIONS.map(([id, name, draw]) => ({ id, name, markup: draw(facts) })).filter(
    ({ markup }) => markup.toString() !== '',
  );
  const { about, truth } = facts;
  return html`<!doctype html>
<html lang="en" data-truth="shown">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${about.run_id}: Faultline dataset</title>
<link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style>
</head>
<body>
<div class="bar"><a class="skip" href="#main">To the content</a>
<nav aria-label="Contents">${drawn.map(({ id, name }) => html`<a href="#${id}">${name}</a>`)}</nav>
${truth && truth.length > 0 ? html`<button type="button" data-toggles="truth" hidden>Ground truth</button>` : null}
<button type="button" data-toggles="dark" hidden>Dark</button></div>
<main id="main">
${headline(facts, command)}
${apart}
${drawn.map(({ markup }) => markup)}
<footer>${Object.entries(about.versions).map(([name, version], i) => `${i > 0 ? ', ' : ''}${name} ${version}`)}.${about.target === 'foreign' ? null : ' Data: CC-BY-4.0.'}</footer>
</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.toString();
}
