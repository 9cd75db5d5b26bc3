import type { Target } from '../target.ts';
import { reportChange } from './operator.ts';

const ACTOR = 'ci';

/**
 * A stack that has just started is a change too: has the operator log one deployment a service, from nothing to the
 * version that runs. Returns the services whose deployment the operator did not take note of.
 */
export async function reportFirstDeployments(target: Target): Promise<readonly string[]> {
  const reports = Object.entries(target.versions()).map(async ([service, to]) => {
    const report = { kind: 'deployment', service, from: '', to, actor: ACTOR, status: 'applied' } as const;
    return (await reportChange(target, report)) === undefined ? [service] : [];
  });
  return (await Promise.all(reports)).flat();
}
