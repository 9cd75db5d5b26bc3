import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from './check.ts';
import type { Quality, QualityCheck } from './quality.ts';

/**
 * What standard detectors make of a dataset. No manifest names it, since it can be made anew at any time, and elsewhere (another
 * Python, other figures) the dataset is the same: it lies beside the dataset, in the bucket and where that was fetched to.
 */
export const DETECTORS_FILE = 'report/detectors.json';

/** All but the checks is the detectors' own affair. */
export interface DetectorReport {
  readonly checks: readonly DetectorCheck[];
}

export interface DetectorCheck {
  readonly name: string;
  readonly title: string;
  readonly figure: string | number | null;
  readonly limit: string;
  readonly ok: boolean | null;
}

/** A judgement with the detectors' checks, to be printed; null: they did not run, with the reason. They inform, and gate nothing. */
export function withDetectors(
  quality: Quality,
  report: DetectorReport | null,
  why = 'npm run quality',
): Quality {
  if (report === null) {
    const notRun = check({
      ...{ name: 'detectors', title: 'how hard it is for standard detectors', limit: 'reported' },
      ...{ ok: null, figure: `not run: ${why}` },
    });
    return { ...quality, checks: [...quality.checks, notRun] };
  }
  // Both may know of the same figure: the judge's own stays.
  const known = new Set(quality.checks.map(({ name }) => name));
  const told = report.checks.map(
    ({ name, title, figure, limit, ok }): QualityCheck =>
      check({
        ...{ name: known.has(name) ? `detectors:${name}` : name, title, limit, ok },
        figure: figure ?? 'none',
      }),
  );
  return { ...quality, checks: [...quality.checks, ...told] };
}

/** Of a fetched dataset, where detectors have run on it; null where they have not, or the file is none of theirs. */
export async function readDetectors(directory: string): Promise<DetectorReport | null> {
  try {
    const report: unknown = JSON.parse(await readFile(join(directory, DETECTORS_FILE), 'utf8'));
    return Array.isArray((report as Partial<DetectorReport>).checks) ? (report as DetectorReport) : null;
  } catch {
    return null;
  }
}
