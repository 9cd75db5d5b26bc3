import { releases } from '../../services/releases.ts';
import { InfraError } from '../errors.ts';
import type { Limits } from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';

export interface EnvChange {
  readonly service: ComponentName;
  readonly env?: Readonly<Record<string, string | null>>;
  readonly limits?: Partial<Limits>;
}

/** The changes of one component happen one after the other, also after one that failed. */
export class Turns {
  readonly #last = new Map<ComponentName, Promise<unknown>>();

  take<T>(component: ComponentName, work: () => Promise<T>): Promise<T> {
    const last = this.#last.get(component) ?? Promise.resolve();
    const result = last.then(work);
    this.#last.set(
      component,
      result.catch(() => {}),
    );
    return result;
  }

  /** When those that are under way have ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}

/** @throws RELEASE_UNKNOWN */
export function checkRelease({ service, release }: { service: ComponentName; release: string }): void {
  const all = (releases[service] ?? []).map(({ version }) => version);
  if (!all.includes(release)) throw new InfraError('RELEASE_UNKNOWN', [service, release, all.join(', ')]);
}

/** @throws REPLICAS_INVALID */
export function checkReplicas({ service, replicas }: { service: ComponentName; replicas: number }): void {
  const { maxReplicas } = componentOf(service);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > maxReplicas)
    throw new InfraError('REPLICAS_INVALID', [service, maxReplicas, replicas]);
}

/** What of `over` is not as in `base`; '' is the same as nothing. */
export function differing<T>(base: object, over: Readonly<Record<string, T>>): Record<string, T> {
  const own: Readonly<Record<string, unknown>> = { ...base };
  return Object.fromEntries(Object.entries(over).filter(([name, value]) => value !== (own[name] ?? '')));
}
