import { setTimeout as sleep } from 'node:timers/promises';
import { checkRelease, checkReplicas, differing, type EnvChange, Turns } from '../container/changing.ts';
import { deployedOf, versionOf } from '../container/stack-settings.ts';
import { InfraError } from '../errors.ts';
import type { Applied } from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { containerName } from './container.ts';
import { docker } from './engine.ts';
import { tailOf } from './failures.ts';
import type { PulumiStack, Values } from './pulumi-stack.ts';
import { secretsOf } from './secrets-file.ts';
import type { Settings } from './settings.ts';
import { surroundingsOf } from './surroundings.ts';

const POLL_MS = 250;

/** What can be done to the components of a stack that is up; the changes of one component happen one after the other. */
export class Changes {
  readonly #stack: PulumiStack;
  readonly #turns = new Turns();

  constructor(stack: PulumiStack) {
    this.#stack = stack;
  }

  deploy({ service, release }: { service: ComponentName; release: string }): Promise<Applied> {
    return this.#next(service, async (settings) => {
      checkRelease({ service, release });
      await this.#change(service, { deployed: [...deployedOf(settings, service), release] });
      return { service, from: versionOf(settings, service), to: release };
    });
  }

  rollback(service: ComponentName): Promise<Applied> {
    return this.#next(service, async (settings) => {
      const deployed = deployedOf(settings, service);
      const [from, to] = [deployed.at(-1) ?? '', deployed.at(-2)];
      if (to === undefined) throw new InfraError('NO_EARLIER_RELEASE', [service, from]);
      const earlier = deployed.slice(0, -1);
      await this.#change(service, { deployed: earlier.length === 1 ? undefined : earlier });
      return { service, from, to };
    });
  }

  restart(component: ComponentName): Promise<Applied> {
    return this.#next(component, async (settings) => {
      const { graceSeconds, signals } = componentOf(component).stop;
      for (const name of containersOf(settings, component)) {
        await docker(['restart', '--time', String(graceSeconds * signals.length), name]);
        await untilHealthy(component, name);
      }
      const version = versionOf(settings, component);
      return { service: component, from: version, to: version };
    });
  }

  scale({ service, replicas }: { service: ComponentName; replicas: number }): Promise<Applied> {
    return this.#next(service, async (settings) => {
      checkReplicas({ service, replicas });
      const from = settings.replicas[service] ?? 1;
      await this.#change(service, { replicas: replicas === 1 ? undefined : replicas });
      return { service, from: String(from), to: String(replicas) };
    });
  }

  /** A value that the component has anyway is no change of the configuration: to set it takes a change back. */
  setEnv({ service, env = {}, limits = {} }: EnvChange): Promise<Applied> {
    return this.#next(service, async (settings) => {
      const component = componentOf(service);
      const before = { limits: settings.limits[service], env: settings.env[service] };
      const nextLimits = changed(component.limits, { ...before.limits, ...limits });
      const at = surroundingsOf(component, {
        settings: { ...settings, limits: { ...settings.limits, [service]: nextLimits ?? {} } },
        secrets: secretsOf(this.#stack.name),
      });
      const texts = Object.entries(env).map(([name, value]) => [name, value ?? '']);
      const nextEnv = changed(component.env(at), { ...before.env, ...Object.fromEntries(texts) });
      await this.#change(service, { env: nextEnv, limits: nextLimits });
      const version = versionOf(settings, service);
      return { service, from: version, to: version };
    });
  }

  /** @throws COMPONENT_FAILED, COMPONENT_NOT_HEALTHY */
  async #change(component: ComponentName, values: Values): Promise<void> {
    try {
      await this.#stack.change({ component, values });
    } catch (cause) {
      if (cause instanceof InfraError && cause.code.startsWith('COMPONENT_')) throw cause;
      const what = `did not come up: ${(cause as Error).message}`;
      throw new InfraError('COMPONENT_FAILED', [component, what, ''], { cause: cause as Error });
    }
  }

  #next(component: ComponentName, work: (settings: Settings) => Promise<Applied>): Promise<Applied> {
    return this.#turns.take(component, () => work(this.#stack.settings));
  }
}

/** Names of a component's containers, by replica. */
export function containersOf({ prefix, replicas }: Settings, name: ComponentName): string[] {
  const component = componentOf(name);
  return Array.from({ length: replicas[name] ?? 1 }, (_, index) =>
    containerName({ prefix, component, replica: index + 1 }),
  );
}

/** What of `over` is not as in `base`; undefined for nothing. */
function changed<T>(base: object, over: Readonly<Record<string, T>>): Record<string, T> | undefined {
  const all = differing(base, over);
  return Object.keys(all).length === 0 ? undefined : all;
}

async function untilHealthy(component: ComponentName, container: string): Promise<void> {
  const { withinSeconds } = componentOf(component).health;
  const deadline = Date.now() + withinSeconds * 1000;
  let health = '';
  while (Date.now() < deadline) {
    health = (await docker(['inspect', '--format', '{{.State.Health.Status}}', container])).trim();
    if (health === 'healthy') return;
    await sleep(POLL_MS);
  }
  const tail = await tailOf(container);
  throw new InfraError('COMPONENT_NOT_HEALTHY', [component, withinSeconds, `it is ${health}`, tail]);
}
