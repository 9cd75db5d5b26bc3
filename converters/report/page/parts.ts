import type { Size } from '../draw/timeline.ts';
import { type Html, html } from './html.ts';

/** A cell: text, or a figure that is set to the right. */
export type Cell = string | number | Html;

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export function table({ caption, head, rows }: Table): Html {
  const isFigure = head.map(
    (_, i) => rows.length > 0 && rows.every((row) => /^[<–\d.,:]+( [^\d\s]+)?$/.test(String(row[i]))),
  );
  const figure = (i: number) => (isFigure[i] ? html` class="figure"` : null);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table: ${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((name, i) => html`<th scope="col"${figure(i)}>${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => html`<td${figure(i)}>${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}

/** A drawing in two sizes, of which the page shows the one that fits. */
export const sized = (draw: (size: Size) => Html): Html =>
  html`<div class="wide">${draw('wide')}</div><div class="narrow">${draw('narrow')}</div>`;

/** What a drawing shows as a table, for those who want the figures or do not see it. */
export const asTable = (of: Table): Html => folded(`${of.caption} as a table`, of);

export const folded = (summary: string, of: Table): Html =>
  html`<details><summary>${summary}</summary>${table(of)}</details>`;

/** A part of the page with its heading. */
export const section = (
  { id, title, lead }: { id: string; title: string; lead?: string | Html },
  content: Html,
): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${lead === undefined ? null : html`<p class="lead">${lead}</p>`}
${content}
</section>
`;
