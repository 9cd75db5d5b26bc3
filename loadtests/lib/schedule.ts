import { PHASES, type Phase, type PlannedCase } from '../campaign/plan/place.ts';

/** How long after a revert traffic still counts to it: what was replaced comes up, and what waited is served. */
const SETTLE_MS = 15_000;

/** Tags of a request by the time after the start at which it is sent; none between cases. */
export type PhaseTags = { case: string; phase: Phase } | Record<string, never>;

export function phaseAt({ cases, atMs }: { cases: readonly PlannedCase[]; atMs: number }): PhaseTags {
  const index = cases.findIndex(
    ({ phases }) => atMs >= phases.baseline.start_ms && atMs < phases.cooldown.end_ms,
  );
  const found = cases[index];
  if (!found) return {};
  const { phases } = found;
  const planned = PHASES.find((phase) => atMs < phases[phase].end_ms) ?? 'cooldown';
  const settling =
    found.revert !== null && planned === 'cooldown' && atMs < phases.revert.start_ms + SETTLE_MS;
  return { case: String(index + 1), phase: settling ? 'revert' : planned };
}
