import type { Manifest, ManifestFile } from '../dataset/manifest.ts';
import { LABELS } from '../dataset/sums.ts';
import { count } from '../report/page/figures.ts';
import type { Judged } from '../report/read/documents.ts';
import type { RunRecord } from '../run/record.ts';
import type { Splits } from '../split/splits.ts';
import { lasting, utc } from './markdown.ts';

/** All that a card says a dataset by. */
export interface About {
  readonly manifest: Omit<Manifest, 'files'>;
  /** What was sent; null where the telemetry was not made here. */
  readonly traffic: RunRecord['traffic'];
  /** Files that the dataset has beside its card, sums and manifest. */
  readonly files: readonly ManifestFile[];
  /** Null where the run was not judged. */
  readonly judged: Judged | null;
  /** Undefined where it is not split. */
  readonly splits: Splits | undefined;
}

export const CC_BY = { id: 'cc-by-4.0', url: 'https://creativecommons.org/licenses/by/4.0/' } as const;

export const isForeign = ({ manifest }: About): boolean => manifest.target === 'foreign';
export const hasLabels = ({ files }: About): boolean => files.some(({ path }) => path.startsWith(LABELS));
export const titleOf = ({ manifest }: About): string => `Faultline dataset ${manifest.run_id}`;
export const rowsOf = ({ manifest }: About): number =>
  Object.values(manifest.kinds).reduce((sum, count) => sum + count, 0);

/** What it is, in one paragraph of plain text. */
export function summaryOf(about: About): string {
  const { window, ocsf_version } = about.manifest;
  const what = `${count(rowsOf(about))} events in ${lasting(window.end_ms - window.start_ms)}, each a valid event of OCSF ${ocsf_version}, as Parquet.`;
  if (isForeign(about)) return `Logs, traces and metrics as a collector wrote them: ${what}`;
  const changed = hasLabels(about)
    ? ' What was changed in the meantime, and whether it did harm, lies apart, in labels/.'
    : ' There is no ground truth.';
  return `Logs, traces, metrics and configuration changes of a small service stack under real traffic: ${what}${changed}`;
}

/** The day (UTC) on which the run ended: a card has no clock of its own. */
export const dayOf = ({ manifest }: About): string => utc(manifest.window.end_ms).slice(0, 10);

/** BibTeX. */
export function citationOf(about: About): string {
  const { run_id, seed, versions } = about.manifest;
  return `@misc{faultline_${run_id.replaceAll('-', '_')},
  title = {${titleOf(about)}},
  author = {{Faultline}},
  year = {${dayOf(about).slice(0, 4)}},
  note = {Made by Faultline ${versions.faultline ?? ''} on ${dayOf(about)}${isForeign(about) ? '' : `, seed ${seed}`}}
}`;
}
