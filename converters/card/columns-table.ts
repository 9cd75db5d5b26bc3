import type { LabelColumn } from '../label/table.ts';
import { FLAT_COLUMNS } from '../write/columns.ts';
import { table } from './markdown.ts';

/** The catalogue of the flat columns as a Markdown table: of a dataset's card, and of docs/columns.md. */
export const flatColumnsTable = (): string =>
  table(
    ['column', 'type', 'unit', 'meaning', 'kinds'],
    FLAT_COLUMNS.map(({ name, type, unit, meaning, kinds, required }) => [
      `\`${name}\``,
      `${type}${required ? ', never null' : ''}`,
      unit ?? '',
      meaning,
      kinds.includes('*') ? 'all' : kinds.map((kind) => `\`${kind}\``).join(', '),
    ]),
  );

export const labelColumnsTable = (columns: readonly LabelColumn[]): string =>
  table(
    ['column', 'type', 'meaning'],
    columns.map(({ name, type, meaning }) => [`\`${name}\``, type, meaning]),
  );
