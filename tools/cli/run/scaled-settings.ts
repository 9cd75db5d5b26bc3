import type { ComponentName } from '../../../infra/topology/component.ts';
import type { Plan } from '../../../loadtests/campaign/plan/plan.ts';

/** What a plan scales beside the durations, as environment of the service that it is about. */
export const scaledEnv = (plan: Plan | null) =>
  ({
    'web-api': Object.fromEntries(
      Object.entries(plan?.scaled ?? {}).map(([name, value]) => [name, String(value)]),
    ),
  }) satisfies Partial<Record<ComponentName, Readonly<Record<string, string>>>>;
