import type { PlannedCase } from '../campaign/plan/place.ts';
import type { Plan } from '../campaign/plan/plan.ts';

type Thresholds = { [metric: string]: string[] };

const HEALTHY_CHECKS = ['rate>0.99'];
const HEALTHY_DURATION = ['p(95)<2000'];

/**
 * What a client sees of each fault: most of them while they hold, a storm from the very moment that the cache is empty. Whether
 * the mechanism moved, and by how much, is judged from the telemetry.
 */
const SHOWS: Readonly<Record<string, Thresholds>> = {
  '02-heap-leak': { 'checks{case:1,phase:hold}': ['rate<1'] },
  '03-pool-exhaustion': { 'checks{case:1,phase:hold}': ['rate<0.99'] },
  '04-cache-storm': { 'http_req_duration{case:1,phase:change,name:user}': ['max>400'] },
  '05-slow-query': { 'http_req_duration{case:1,phase:hold,name:users}': ['p(90)>500'] },
};

/** What every planned run keeps: its changes are acknowledged, no session is left out, and each case begins in good health. */
export function planThresholds({ cases }: Plan): Thresholds {
  const changes = cases.flatMap(({ change, revert }) => [change, revert]).filter((change) => change !== null);
  const baselines = cases.map((_, i) => healthy(`case:${i + 1},phase:baseline`));
  return Object.assign(
    {
      change_applied: [`count==${changes.length}`],
      change_failed: ['count==0'],
      dropped_iterations: ['count==0'],
    },
    ...baselines,
  );
}

/** What a scenario alone must show on top: a fault while it holds; good health throughout otherwise, and after every revert. */
export function caseThresholds({ scenario }: PlannedCase): Thresholds {
  const held = SHOWS[scenario] ?? healthy('case:1,phase:hold');
  return { ...held, ...healthy('case:1,phase:cooldown') };
}

const healthy = (selector: string): Thresholds => ({
  [`checks{${selector}}`]: HEALTHY_CHECKS,
  [`http_req_duration{${selector}}`]: HEALTHY_DURATION,
});
