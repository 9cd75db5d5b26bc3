import { BUCKET_RULES } from './buckets.ts';
import { ANY_RULES, LIFETIME_RULES } from './lifetime.ts';
import { NETWORK_RULES } from './network.ts';
import { POLICY_RULES } from './policies.ts';
import type { Finding, Resource, Rule, Walk } from './resource.ts';
import { STORE_RULES } from './stores.ts';
import { TASK_RULES } from './tasks.ts';

export type { Finding, Resource, Rule } from './resource.ts';

/** What is looked at, of resources of some types. */
const RULES: readonly Rule[] = [
  ...[...POLICY_RULES, ...BUCKET_RULES, ...NETWORK_RULES, ...STORE_RULES, ...TASK_RULES],
  ...LIFETIME_RULES,
];

/** Everything that must hold. */
export const ALL_RULES: readonly Pick<Rule, 'name' | 'must' | 'wrong'>[] = [...RULES, ...ANY_RULES];

/**
 * Looks at every resource of a program, and says what is not as it must be.
 * @param protect names of resources that may outlive the stack
 * @param ingress networks (CIDR) from outside that may reach the load balancer
 */
export function findingsOf(
  resources: readonly Resource[],
  { protect = [], ingress = [] }: Partial<Pick<Walk, 'protect' | 'ingress'>> = {},
): readonly Finding[] {
  const walk: Walk = { resources, protect, ingress };
  return resources.flatMap((resource) => {
    const rules = [...RULES.filter(({ types }) => types.includes(resource.type)), ...ANY_RULES];
    return rules.flatMap(({ name, wrong }) =>
      wrong(resource, walk).map((why) => ({
        ...{ rule: name, resource: `${resource.type} ${resource.name}`, why },
      })),
    );
  });
}
