import { EVENTS_FILE, WINDOWS_FILE } from '../dataset/verify-labels.ts';
import { FLAT_FILES } from '../dataset/verify-rows.ts';
import { EVENT_COLUMNS } from '../label/labels.ts';
import { LABEL_RULE } from '../label/rule.ts';
import { WINDOW_COLUMNS } from '../label/windows.ts';
import { CASES_FILE, QUALITY_FILE, REPORT_FILE } from '../report/files.ts';
import { count } from '../report/page/figures.ts';
import { NORMAL_FILE, SPLITS_FILE } from '../split/splits.ts';
import { type About, CC_BY, citationOf, hasLabels, isForeign, rowsOf, summaryOf, titleOf } from './about.ts';
import { flatColumnsTable, labelColumnsTable } from './columns-table.ts';
import { limitsOf } from './limits.ts';
import { lasting, table, utc } from './markdown.ts';
import { recordSetId, recordSetOf } from './record-sets.ts';
import { splitsSection } from './splits-section.ts';

/** `README.md` of a dataset: what it is, how it was made, what is in it, and how it may be used. The same facts give the same bytes. */
export function readme(about: About): string {
  const parts = [
    header(about),
    `# ${titleOf(about)}\n\n${summaryOf(about)}`,
    `## How it was made\n\n${made(about)}`,
    `## Files\n\n${files(about)}`,
    `## Rows\n\n${rows(about)}`,
    ...(about.judged ? [`## Checks\n\n${checks(about.judged)}`] : []),
    `## Columns of the flat files\n\n${columns()}`,
    `## Labels\n\n${labels(about)}`,
    `## Splits\n\n${splitsSection(about)}`,
    `## Known limits\n\n${limitsOf(about)
      .map((limit) => `- ${limit}`)
      .join('\n')}`,
    `## Licence and citation\n\n${licence(about)}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** What Hugging Face reads: one configuration a signal, since the files are of different sizes and of one schema. */
function header(about: About): string {
  const labels = hasLabels(about) ? [WINDOWS_FILE, EVENTS_FILE] : [];
  const configs = [...FLAT_FILES, ...labels].map((file) => ({ name: recordSetId(file), file }));
  return [
    '---',
    `license: ${isForeign(about) ? 'other' : CC_BY.id}`,
    `pretty_name: ${titleOf(about)}`,
    'tags: [observability, anomaly-detection, opentelemetry, ocsf, logs, traces, metrics, time-series]',
    'configs:',
    ...configs.flatMap(({ name, file }) => [`  - config_name: ${name}`, `    data_files: ${file}`]),
    '---',
  ].join('\n');
}

function made(about: About): string {
  const { manifest, traffic, judged } = about;
  const { window, seed, plan_hash, time_scale, scaled, versions, target } = manifest;
  const length = lasting(window.end_ms - window.start_ms);
  const facts: (readonly [string, string] | undefined)[] = [
    ['run id', manifest.run_id],
    ['window', `${utc(window.start_ms)} to before ${utc(window.end_ms)} (${length})`],
    ['target', isForeign(about) ? 'none: telemetry that was there' : target],
    isForeign(about) ? undefined : ['seed', `${seed}`],
    judged?.campaign ? ['campaign', judged.campaign] : undefined,
    plan_hash === null ? undefined : ['plan hash (SHA-256)', plan_hash],
    traffic
      ? [
          'traffic',
          `${traffic.scenario} by ${traffic.runner}, ${traffic.rate} requests a second, ${lasting(traffic.duration_s * 1000)}`,
        ]
      : undefined,
    [
      'time scale',
      [`${time_scale}`, ...Object.entries(scaled).map(([name, value]) => `${name} ${value}`)].join(', '),
    ],
    ['versions', listed(versions) || 'not told'],
  ];
  const rows = facts.filter((fact) => fact !== undefined);
  return `${table(['', ''], rows)}\n\n${again(about)}`;
}

const listed = (values: Readonly<Record<string, string>>) =>
  Object.entries(values)
    .map((pair) => pair.join(' '))
    .join(', ');

function again(about: About): string {
  const path =
    'telemetry of OpenTelemetry → collector → raw objects (OTLP) → one mapping to OCSF → Parquet. The same raw objects give the same bytes.';
  if (isForeign(about))
    return `By \`npx faultline convert --from <where the telemetry lies> --to <folder> --run-id ${about.manifest.run_id}\`: ${path}`;
  const command = about.traffic?.command;
  const made = command ? `\n\n\`\`\`sh\n${command}\n\`\`\`` : ' The command was not recorded.';
  return `The path: ${path}\n\nThe command that makes such a run again:${made}`;
}

function files({ files }: About): string {
  const rows = files.map(({ path, bytes, rows }) => [
    ...[`\`${path}\``, whatOf(path), rows === undefined ? '' : count(rows), count(bytes)],
  ]);
  return `${table(['file', 'what', 'rows', 'bytes'], rows)}

\`SHA256SUMS\` (\`sha256sum -c SHA256SUMS\`) has the checksum of every file but the manifest, \`labels/SHA256SUMS\` those of the labels. \`manifest.json\` names all. \`croissant.json\`
describes the files for machine learning tools (MLCommons Croissant 1.0). The flat files have one schema, zstd, and are sorted by (\`time\`, \`event_uid\`); \`ocsf/\` has the same
events as nested OCSF, joined by \`event_uid\` = \`metadata.uid\`.

\`\`\`python
import pandas as pd
traces = pd.read_parquet("ocsf_traces.parquet")
print(traces[traces.event_kind == "http.server"].groupby(["service", "http_route"]).duration.describe())
\`\`\``;
}

const OTHER_FILES: Readonly<Record<string, string>> = {
  [SPLITS_FILE]: 'Training, validation and test',
  [NORMAL_FILE]: 'Ground truth: what of the training block is without a fault',
  [CASES_FILE]: 'Ground truth: what the judge found of each case',
  [QUALITY_FILE]: 'What the judge found',
  [REPORT_FILE]: 'The run at a glance',
};
const whatOf = (path: string): string =>
  path.endsWith('.parquet') ? recordSetOf(path).description : (OTHER_FILES[path] ?? '');

function rows(about: About): string {
  const { ledger, kinds } = about.manifest;
  const counted = (title: string, counts: Readonly<Record<string, number>>) =>
    table(
      [title, 'rows'],
      Object.entries(counts).map(([name, rows]) => [`\`${name}\``, count(rows)]),
    );
  const inputs = Object.entries(ledger.inputs).map(([name, line]) => [
    ...[name, line.read, line.written, line.duplicate, line.rejected, line.outside_window].map((value) =>
      typeof value === 'number' ? count(value) : value,
    ),
  ]);
  return `${count(rowsOf(about))} in all, from ${count(ledger.raw_objects)} raw objects. Nothing is left out silently: read = written + duplicate + rejected + outside of the window.

${table(['input', 'read', 'written', 'duplicate', 'rejected', 'outside of the window'], inputs)}

${counted('event_kind', kinds)}

${counted('OCSF class', ledger.classes)}`;
}

function checks({ sound, checks }: NonNullable<About['judged']>): string {
  const marks = checks.filter(({ ok }) => ok === false);
  const state = sound ? 'Sound: no check failed that keeps a dataset back.' : 'Not sound.';
  const passed = checks.filter(({ ok }) => ok === true).length;
  const others = checks.length - passed - marks.length;
  const told = `${state} ${passed} of ${checks.length} checks passed, ${marks.length} did not, of ${others} there was nothing to judge by or no limit. All are in \`${QUALITY_FILE}\`.`;
  if (marks.length === 0) return told;
  return `${told}\n\n${table(
    ['not passed', 'seen', 'limit'],
    marks.map(({ title, figure, limit }) => [title, figure, limit]),
  )}`;
}

const columns = (): string =>
  `All four files have all columns, in this order; a kind is the value of \`event_kind\`, and where a kind does not fill a column, it is null. Types are those of Parquet; INT64 and INT32 are signed, STRING is UTF-8.

${flatColumnsTable()}`;

function labels(about: About): string {
  if (!hasLabels(about))
    return isForeign(about)
      ? 'None: nobody knows what happened.'
      : 'None: what was changed in this run, if anything, was not recorded as ground truth.';
  return `Ground truth is optional: \`labels/\` comes only when it is asked for (\`npx faultline fetch ${about.manifest.run_id} --labels\`), and nothing of it is in the other files. Use it for scores, not for features.

${LABEL_RULE}

\`${EVENTS_FILE}\`: one row an event in the time of a case.

${labelColumnsTable(EVENT_COLUMNS)}

\`${WINDOWS_FILE}\`: one row a case.

${labelColumnsTable(WINDOW_COLUMNS)}`;
}

function licence(about: About): string {
  const terms = isForeign(about)
    ? 'The licence is that of whoever the telemetry belongs to; none is stated here.'
    : `[CC-BY-4.0](${CC_BY.url}): share and adapt it for any purpose, with credit.`;
  return `${terms}\n\n\`\`\`bibtex\n${citationOf(about)}\n\`\`\``;
}
