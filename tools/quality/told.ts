import { formatTable } from '../cli/table.ts';
import type { DetectorReport, Figures, NamedScore, WindowCounts } from './report.ts';

const ONE_LINERS_SHOWN = 5;

/** The report for people. */
export function told(report: DetectorReport): string {
  const parts = [windows(report)];
  if (report.note !== null) parts.push(`not scored: ${report.note}`);
  else parts.push(detectors(report), oneLiners(report), scenarios(report), metadata(report));
  parts.push(bands(report));
  return parts.join('\n\n');
}

function windows({ windows: found }: DetectorReport): string {
  const { onset, trigger, services, per_service, cases_left_out: left } = found;
  const counted = (start: string, of: WindowCounts) =>
    `from the ${start}: ${of.positive} positive, ${of.negative} negative (prevalence ${percent(of.prevalence)}); left out: ` +
    `${of.rollout} rollout, ${of.before_onset} before onset, ${of.recovery} recovery, ${of.left_out_case} of cases left out`;
  return [
    `${services.length} services × ${per_service} windows of ${found.window_ms / 1000} s: ${services.join(', ')}`,
    counted('onset', onset),
    counted('trigger', trigger),
    ...left.map((each) => `left out: case ${each.case}, ${each.scenario}: ${each.why}`),
  ].join('\n');
}

const HEAD = ['ROC AUC', 'PR AUC', 'best F1', 'floor', 'trigger ROC', 'trigger PR'];
const cells = ({ onset, trigger }: NamedScore) => [
  ...[onset.roc_auc, onset.pr_auc, onset.best_f1, onset.floor_f1].map(figure),
  ...[trigger.roc_auc, trigger.pr_auc].map(figure),
];

const detectors = (report: DetectorReport) =>
  formatTable(
    ['detector', 'features', ...HEAD],
    report.detectors.map((each) => [each.name, each.features, ...cells(each)]),
  );

const oneLiners = ({ one_liners: all }: DetectorReport) =>
  formatTable(
    [`one line (best ${Math.min(ONE_LINERS_SHOWN, all.length)} of ${all.length})`, ...HEAD],
    all.slice(0, ONE_LINERS_SHOWN).map((each) => [each.name, ...cells(each)]),
  );

function scenarios(report: DetectorReport): string {
  const names = [...new Set(report.detectors.map(({ name }) => name))];
  const auc = ({ roc_auc }: Figures) => figure(roc_auc);
  return formatTable(
    ['scenario (ROC AUC)', 'windows', ...names, 'best one line', 'by luck', ''],
    Object.entries(report.per_scenario).map(([scenario, found]) => {
      const whole = found.detectors.filter(({ features }) => features === 'all');
      const [best] = found.one_liners;
      return [
        scenario,
        String(whole[0]?.onset.positives ?? 0),
        ...names.map(
          (name) => whole.filter((each) => each.name === name).map(({ onset }) => auc(onset))[0] ?? '-',
        ),
        best ? auc(best.onset) : '-',
        figure(found.chance_auc),
        best?.name ?? '',
      ];
    }),
  );
}

const metadata = ({ metadata: { services } }: DetectorReport) =>
  formatTable(
    ['metadata alone', 'other blocks', 'in sample', 'asks'],
    services.map((each) => [
      each.service,
      figure(each.cross_validated_auc),
      figure(each.in_sample_auc),
      each.asks ?? '-',
    ]),
  );

/** What is outside its band is short of what a dataset should be, and fails nothing. */
const bands = ({ checks }: DetectorReport) =>
  checks
    .map(({ title, figure: value, limit, ok, why }) => {
      const mark = ok === null ? '·' : ok ? '✔' : '△';
      const verdict = ok === false ? `: short, ${why}` : '';
      return `${mark} ${title}: ${figure(value)} (${limit})${verdict}`;
    })
    .join('\n');

const figure = (value: number | null) => (value === null ? '-' : value.toFixed(3));
const percent = (value: number | null) => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);
