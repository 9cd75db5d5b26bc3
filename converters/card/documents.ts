import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, ManifestFile } from '../dataset/manifest.ts';
import { readJson } from '../json-file.ts';
import { readJudged } from '../report/read/documents.ts';
import type { RunRecord } from '../run/record.ts';
import { SPLITS_FILE, type Splits } from '../split/splits.ts';
import type { About } from './about.ts';
import { croissant } from './croissant.ts';
import { readme } from './readme.ts';

export const README_FILE = 'README.md';
export const CROISSANT_FILE = 'croissant.json';

/**
 * Writes what says of a dataset what it is: `README.md` for people, `croissant.json` for programs. They follow from the dataset's own
 * files and its run's record, and from no clock: the same raw telemetry and the same judgement give the same bytes.
 * @returns their paths
 */
export async function writeDocuments({
  dir,
  manifest,
  traffic,
  files,
}: {
  dir: string;
  manifest: Omit<Manifest, 'files'>;
  traffic: RunRecord['traffic'];
  /** All that the dataset has by now. */
  files: readonly ManifestFile[];
}): Promise<readonly string[]> {
  const judged = await readJudged(dir);
  const splits = await readJson<Splits>(join(dir, SPLITS_FILE));
  const about: About = { manifest, traffic, files, judged, splits };
  await writeFile(join(dir, README_FILE), readme(about));
  await writeFile(join(dir, CROISSANT_FILE), croissant(about));
  return [README_FILE, CROISSANT_FILE];
}
