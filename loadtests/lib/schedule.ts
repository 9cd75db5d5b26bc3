import { caseAt, type Phase, type PlannedCase } from '../campaign/plan/place.ts';

/** How long after a revert traffic still counts to it: what was replaced comes up, and what waited is served. */
const SETTLE_MS = 15_000;

/** Tags of a request by the time after the start at which it is sent; none between cases. */
export type PhaseTags = { case: string; phase: Phase } | Record<string, never>;

export function phaseAt({ cases, atMs }: { cases: readonly PlannedCase[]; atMs: number }): PhaseTags {
  const found = caseAt(cases, atMs);
  if (!found) return {};
  const { number, one, phase } = found;
  const settling =
    one.revert !== null && phase === 'cooldown' && atMs < one.phases.revert.start_ms + SETTLE_MS;
  return { case: String(number), phase: settling ? 'revert' : phase };
}
