import { PHASES, type Plan } from '../../../loadtests/campaign/plan/plan.ts';
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
  const at = caseAt({ plan, elapsedMs });
  return at ? `${line}; ${at}` : line;
}

function caseAt({ plan, elapsedMs }: { plan: Plan | null; elapsedMs: number }): string | undefined {
  const cases = plan?.cases ?? [];
  const index = cases.findIndex(
    ({ phases }) => elapsedMs >= phases.baseline.start_ms && elapsedMs < phases.cooldown.end_ms,
  );
  const found = cases[index];
  if (!found) return undefined;
  const phase = PHASES.find((name) => elapsedMs < found.phases[name].end_ms) ?? 'cooldown';
  return `case ${index + 1} of ${cases.length}: ${found.scenario}, ${phase}`;
}
