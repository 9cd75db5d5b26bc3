import type { AppliedChange } from '../../truth/record.ts';

/** Changes that replace processes; so long they are judged apart. */
const ROLLOUT_KINDS = ['deployment', 'rollback', 'restart', 'scaling'];
const ROLLOUT_MS = 15_000;

/** The end of the time after a change in which it is judged apart; null where the change replaces nothing. */
export const rolloutEnd = (change: AppliedChange | null): number | null =>
  change && ROLLOUT_KINDS.includes(change.kind)
    ? Math.max(change.started_ms + ROLLOUT_MS, change.acknowledged_ms)
    : null;
