import type { Target } from '../target.ts';
import { reportChange } from './operator.ts';

const ACTOR = 'ci';

/**
 * A stack that has just started is a change too: has the operator log one deployment a service, from nothing to the
 * version that runs. Returns how many the operator took note of.
 */
export async function reportFirstDeployments(target: Target): Promise<number> {
  const reports = Object.entries(target.versions()).map(([service, to]) =>
    reportChange(target, { kind: 'deployment', service, from: '', to, actor: ACTOR, status: 'applied' }),
  );
  const uids = await Promise.all(reports);
  return uids.filter((uid) => uid !== undefined).length;
}
