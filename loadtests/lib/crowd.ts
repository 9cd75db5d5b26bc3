import type { Plan } from '../campaign/plan/plan.ts';

/** Of ten requests that take 10 s each: what a fault may make of a session at the campaign's own rate. */
const SLOWEST_SESSION_S = 100;
/** Of ten requests that take 4 s each, for what comes on top: faults and surges never meet. */
const SLOW_SESSION_S = 40;
const SPARE = 20;

/**
 * How many virtual users a plan needs so that every session finds a free one, also when all of them are slow: without one
 * it is dropped. As many as sessions that can be under way at once.
 */
export function crowdOf({
  plan: { traffic, cases, duration_ms },
  sessionsPerSecond,
}: {
  plan: Plan;
  sessionsPerSecond: number;
}): { preAllocatedVUs: number; maxVUs: number } {
  const peak = sessionsPerSecond * (traffic.shape === 'flat' ? 1 : 1 + traffic.amplitude);
  const extra = Math.max(
    0,
    ...cases.map(({ load }) =>
      load ? (load.factor - 1) * Math.min(SLOW_SESSION_S, (load.end_ms - load.start_ms) / 1000) : 0,
    ),
  );
  const sessions = peak * (Math.min(SLOWEST_SESSION_S, duration_ms / 1000) + extra);
  const preAllocatedVUs = Math.ceil(SPARE + sessions);
  return { preAllocatedVUs, maxVUs: 2 * preAllocatedVUs };
}
