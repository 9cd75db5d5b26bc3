import { flatColumnsTable } from '../../converters/card/columns-table.ts';

/** `docs/columns.md`, from the one catalogue of columns. */
export const columnsPage =
  (): string => `<!-- Generated from converters/write/columns.ts by \`npm run docs\`; a test compares. -->
# Columns of the flat files

\`ocsf_logs.parquet\`, \`ocsf_traces.parquet\`, \`ocsf_metrics.parquet\` and \`ocsf_changes.parquet\` all have these columns, in this order, sorted by
(\`time\`, \`event_uid\`). A kind is the value of \`event_kind\`; where a kind does not fill a column, it is null.

${flatColumnsTable()}
`;
