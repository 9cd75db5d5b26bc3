import { FLAT_COLUMNS } from '../../converters/write/columns.ts';

/** `docs/columns.md`, from the one catalogue of columns. */
export function columnsPage(): string {
  const rows = FLAT_COLUMNS.map(
    ({ name, type, unit, meaning, kinds, required }) =>
      `| \`${name}\` | ${type}${required ? ', never null' : ''} | ${unit ?? ''} | ${meaning} | ${kinds.includes('*') ? 'all' : kinds.map((kind) => `\`${kind}\``).join(', ')} |`,
  );
  return `<!-- Generated from converters/write/columns.ts by \`npm run docs\`; a test compares. -->
# Columns of the flat files

\`ocsf_logs.parquet\`, \`ocsf_traces.parquet\`, \`ocsf_metrics.parquet\` and \`ocsf_changes.parquet\` all have these columns, in this order, sorted by
(\`time\`, \`event_uid\`). A kind is the value of \`event_kind\`; where a kind does not fill a column, it is null.

| column | type | unit | meaning | kinds |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
