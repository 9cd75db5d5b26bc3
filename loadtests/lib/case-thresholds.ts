import type { PlannedCase } from '../campaign/plan/place.ts';
import type { Plan } from '../campaign/plan/plan.ts';

type Thresholds = { [metric: string]: string[] };

const HEALTHY_CHECKS = ['rate>0.99'];
const HEALTHY_DURATION = ['p(95)<2000'];

/**
 * What a client sees of each fault while it holds: `selector` is what follows `case` and `phase`. Whether the mechanism
 * moved, and by how much, is judged from the telemetry.
 */
const SHOWS: Readonly<Record<string, { metric: string; selector: string; threshold: string }>> = {
  '02-heap-leak': { metric: 'checks', selector: '', threshold: 'rate<1' },
  '03-pool-exhaustion': { metric: 'checks', selector: '', threshold: 'rate<0.99' },
  '04-cache-storm': { metric: 'http_req_duration', selector: ',name:user', threshold: 'p(99)>200' },
  '05-slow-query': { metric: 'http_req_duration', selector: ',name:users', threshold: 'p(90)>500' },
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
export function caseThresholds({ scenario, truth }: PlannedCase): Thresholds {
  const hold = 'case:1,phase:hold';
  const shows = SHOWS[scenario];
  const held =
    truth === 'benign' || !shows
      ? healthy(hold)
      : { [`${shows.metric}{${hold}${shows.selector}}`]: [shows.threshold] };
  return { ...held, ...healthy('case:1,phase:cooldown') };
}

const healthy = (selector: string): Thresholds => ({
  [`checks{${selector}}`]: HEALTHY_CHECKS,
  [`http_req_duration{${selector}}`]: HEALTHY_DURATION,
});
