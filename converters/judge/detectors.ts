import { check } from './check.ts';
import type { Quality, QualityCheck } from './quality.ts';

/** What standard detectors make of a dataset; all but their checks is kept as it is. */
export interface DetectorReport {
  readonly checks: readonly {
    readonly name: string;
    readonly title: string;
    readonly figure: string | number | null;
    readonly limit: string;
    readonly ok: boolean | null;
  }[];
}

/** A judgement with what the detectors say; null: they did not run, with the reason. They inform, and gate nothing. */
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
  const { checks, ...detectors } = report;
  // Both may know of the same figure: the judge's own stays.
  const known = new Set(quality.checks.map(({ name }) => name));
  const told = checks.map(
    ({ name, title, figure, limit, ok }): QualityCheck =>
      check({
        ...{ name: known.has(name) ? `detectors:${name}` : name, title, limit, ok },
        figure: figure ?? 'none',
      }),
  );
  return { ...quality, checks: [...quality.checks, ...told], detectors };
}
