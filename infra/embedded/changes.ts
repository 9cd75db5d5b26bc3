import { InfraError } from '../errors.ts';
import type { Applied, Limits } from '../target.ts';
import type { Component, ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import type { Instance } from './instance.ts';
import type { ServiceState, Stack } from './stack.ts';

export interface EnvChange {
  readonly service: ComponentName;
  readonly env?: Readonly<Record<string, string | null>>;
  readonly limits?: Partial<Limits>;
}

interface Parts {
  readonly stack: Stack;
  readonly instances: ReadonlyMap<ComponentName, Instance[]>;
  /** A further replica, not yet started. */
  readonly makeInstance: (component: Component, replica: number) => Promise<Instance>;
}

/** What can be done to the components of a running stack; the changes of one component happen one after the other. */
export class Changes {
  readonly #parts: Parts;
  readonly #last = new Map<ComponentName, Promise<unknown>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  deploy({ service, release }: { service: ComponentName; release: string }): Promise<Applied> {
    return this.#next(service, async ({ stack }) => {
      const before = stack.service(service);
      const next = stack.release(service, release);
      await this.#replace(service, { ...before, deployed: [...before.deployed, next] });
      return { service, from: before.deployed.at(-1)?.version ?? '', to: next.version };
    });
  }

  rollback(service: ComponentName): Promise<Applied> {
    return this.#next(service, async ({ stack }) => {
      const before = stack.service(service);
      const [present, earlier] = [before.deployed.at(-1)?.version ?? '', before.deployed.at(-2)];
      if (earlier === undefined) throw new InfraError('NO_EARLIER_RELEASE', [service, present]);
      await this.#replace(service, { ...before, deployed: before.deployed.slice(0, -1) });
      return { service, from: present, to: earlier.version };
    });
  }

  restart(component: ComponentName): Promise<Applied> {
    return this.setEnv({ service: component });
  }

  setEnv({ service, env = {}, limits = {} }: EnvChange): Promise<Applied> {
    return this.#next(service, async ({ stack }) => {
      const before = stack.service(service);
      const over = { env: { ...before.env, ...env }, limits: { ...before.limits, ...limits } };
      await this.#replace(service, { ...before, ...over });
      const version = stack.versionOf(service);
      return { service, from: version, to: version };
    });
  }

  scale({ service, replicas }: { service: ComponentName; replicas: number }): Promise<Applied> {
    return this.#next(service, async ({ makeInstance, instances: all }) => {
      const component = componentOf(service);
      const { maxReplicas } = component;
      if (!Number.isInteger(replicas) || replicas < 1 || replicas > maxReplicas)
        throw new InfraError('REPLICAS_INVALID', [service, maxReplicas, replicas]);
      const instances = all.get(service) ?? [];
      const from = instances.length;
      while (instances.length > replicas) await instances.pop()?.stop();
      while (instances.length < replicas) {
        const instance = await makeInstance(component, instances.length + 1);
        await instance.start();
        instances.push(instance);
      }
      return { service, from: String(from), to: String(replicas) };
    });
  }

  /** Ends when no change of the component is under way. */
  async settled(component: ComponentName): Promise<void> {
    await this.#last.get(component);
  }

  #next(component: ComponentName, work: (parts: Parts) => Promise<Applied>): Promise<Applied> {
    const result = (this.#last.get(component) ?? Promise.resolve()).then(() => work(this.#parts));
    this.#last.set(
      component,
      result.catch(() => {}),
    );
    return result;
  }

  /** Replaces the processes one after the other; brings back what ran before when the new one does not come up. */
  async #replace(name: ComponentName, next: ServiceState): Promise<void> {
    const before = this.#parts.stack.service(name);
    try {
      await this.#roll(name, next);
    } catch (error) {
      await this.#roll(name, before);
      throw error;
    }
  }

  async #roll(name: ComponentName, state: ServiceState): Promise<void> {
    this.#parts.stack.setService(name, state);
    for (const instance of this.#parts.instances.get(name) ?? []) {
      await instance.stop();
      await instance.start();
    }
  }
}
