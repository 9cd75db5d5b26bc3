import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CASES_FILE, QUALITY_FILE } from '../report/files.ts';
import { countCases } from './cases/counts.ts';
import type { LeakReport, Quality, QualityCheck } from './quality.ts';

/**
 * `report/quality.json`, which comes with every copy of a dataset: a judgement without what tells of single cases. Of the leak gate
 * the words are left out, since they name all scenarios.
 */
export interface PublishedQuality extends Omit<Quality, 'cases' | 'leaks'> {
  readonly leaks: Omit<LeakReport, 'words'>;
}

/** `labels/cases.json`, a part of the ground truth: what was judged of single cases. Its checks gate nothing but what `report/quality.json` has too. */
export interface JudgedCases {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly checks: readonly QualityCheck[];
}

/** Writes a judgement into the folder of a dataset, as far as it may come with it; the rest, where there are labels, beside those. */
export async function writeQuality({ dir, quality }: { dir: string; quality: Quality }): Promise<void> {
  const { cases: _cases, leaks, ...rest } = quality;
  const { words: _words, ...found } = leaks;
  const { checks, single } = countCases(quality);
  const published: PublishedQuality = { ...rest, checks, leaks: found };
  await writeJson(join(dir, QUALITY_FILE), published);
  if (quality.prevalence === null) return;
  const judged: JudgedCases = { schema_version: 1, run_id: quality.run_id, checks: single };
  await writeJson(join(dir, CASES_FILE), judged);
}

async function writeJson(file: string, value: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
