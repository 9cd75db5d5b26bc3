import { join } from 'node:path';
import { readJson } from '../../json-file.ts';
import { DETECTORS_FILE } from '../../judge/detectors.ts';
import type { JudgedCases, PublishedQuality } from '../../judge/published.ts';
import type { QualityCheck } from '../../judge/quality.ts';
import { CASES_FILE, QUALITY_FILE } from '../files.ts';

/** What report and card say of a judgement. */
export type Judged = Pick<PublishedQuality, 'sound' | 'campaign' | 'checks' | 'conservation'> &
  Partial<Pick<PublishedQuality, 'traffic'>>;

/** How well a method tells the windows of a scenario from quiet ones. */
export interface ScenarioScore {
  readonly scenario: string;
  readonly method: string;
  readonly features: string;
  /** Area under the ROC curve, from the onset; 0.5 is chance. */
  readonly auc: number;
}

/** Null where there is none: nobody judged telemetry that was not made here. */
export const readJudged = async (dir: string): Promise<Judged | null> =>
  (await readJson<Judged>(join(dir, QUALITY_FILE))) ?? null;

/** Null where the labels are not here. */
export async function readCaseChecks(dir: string): Promise<readonly QualityCheck[] | null> {
  return (await readJson<JudgedCases>(join(dir, CASES_FILE)))?.checks ?? null;
}

interface Scored {
  readonly name: string;
  readonly features: string;
  readonly onset: { readonly roc_auc: number | null } | null;
}
interface Detectors {
  readonly per_scenario?: Readonly<Record<string, { readonly detectors: readonly Scored[] }>>;
}

/** Null where no detectors have run. */
export async function readScores(dir: string): Promise<ScenarioScore[] | null> {
  const report = await readJson<Detectors>(join(dir, DETECTORS_FILE));
  if (!report) return null;
  return Object.entries(report.per_scenario ?? {}).flatMap(([scenario, { detectors }]) =>
    detectors.flatMap(({ name, features, onset }) =>
      typeof onset?.roc_auc === 'number' ? [{ scenario, method: name, features, auc: onset.roc_auc }] : [],
    ),
  );
}
