import type { Target } from '../../../infra/target.ts';
import type { Plan } from '../../../loadtests/campaign/plan/plan.ts';

const SERVICE = 'web-api';

/** What the plan scales beside the durations, as environment of the service that it is about. */
export const scaledEnv = ({ scaled }: Plan): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(scaled).map(([name, value]) => [name, String(value)]));

/**
 * Gives a stack that is up what the plan scales, before the run's window opens: no part of its data. Returns what takes it
 * back, for a stack that stays up.
 */
export async function scaleSettings({
  target,
  plan,
}: {
  target: Target;
  plan: Plan;
}): Promise<() => Promise<void>> {
  const env = scaledEnv(plan);
  await target.setEnv({ service: SERVICE, env });
  const none = Object.fromEntries(Object.keys(env).map((name) => [name, null]));
  return async () => {
    await target.setEnv({ service: SERVICE, env: none });
  };
}
