import { caseAt } from '../../../loadtests/campaign/plan/place.ts';
import type { Plan } from '../../../loadtests/campaign/plan/plan.ts';
import type { LoadProgress } from '../../../loadtests/load.ts';

/** One line on how far the traffic is, and which case is on. */
export function doing({
  progress: { elapsedMs, requests, failures, requestsPerSecond },
  durationS,
  plan,
}: {
  progress: LoadProgress;
  durationS: number;
  plan: Plan | null;
}): string {
  const line = `${Math.round(elapsedMs / 1000)} of ${durationS} s, ${requests} requests, ${requestsPerSecond.toFixed(1)}/s, ${failures} with a 4xx, 5xx or no answer`;
  const cases = plan?.cases ?? [];
  const at = caseAt(cases, elapsedMs);
  return at ? `${line}; case ${at.number} of ${cases.length}: ${at.one.scenario}, ${at.phase}` : line;
}
