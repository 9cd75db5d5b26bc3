import type { InEffect, Limits } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';
import { changesIn, limitsIn, readRevision, versionOf } from './revision.ts';
import type { Services } from './services.ts';

/** What is known of a stack's services from how they were found. */
export class Found {
  /** Releases, also those that are asked for later. */
  readonly versions = new Map<ComponentName, string>();
  /** That the stack was made with. */
  readonly limits = new Map<ComponentName, Limits>();
  /** What was changed before. */
  readonly inEffect = new Map<ComponentName, readonly InEffect[]>();

  /** @returns the services that are not there */
  async look(services: Services, wanted: readonly ComponentName[]): Promise<readonly ComponentName[]> {
    const found = await services.all(wanted);
    for (const [component, { taskDefinition = '' }] of found) {
      const definition = await services.definition(taskDefinition);
      const { base, overlay } = readRevision({ definition, component });
      const first = await services.definition(base);
      this.versions.set(component, versionOf({ definition, component }));
      this.limits.set(component, limitsIn({ definition: first, component }));
      this.inEffect.set(component, changesIn(component, overlay));
    }
    return wanted.filter((name) => !found.has(name));
  }
}
