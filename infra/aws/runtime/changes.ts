import { checkRelease, checkReplicas, differing, type EnvChange, Turns } from '../../container/changing.ts';
import { InfraError } from '../../errors.ts';
import type { Applied } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';
import { componentOf } from '../../topology.ts';
import { logGroupOf, NOTHING, type Overlay, readRevision, revisionOf, versionOf } from './revision.ts';
import type { Rollout, Services, UpdateOptions } from './services.ts';

/** How a service stands before a change. */
interface Now extends Rollout {
  /** The definition that the stack was deployed with. */
  readonly base: string;
  readonly overlay: Overlay;
  readonly version: string;
}

export interface ChangesOptions {
  readonly services: Services;
  /** How long a service may take until it is steady. */
  readonly timeoutMs: number;
  /** Ends the waiting; what ran before is then asked for again. */
  readonly signal: AbortSignal;
  /** Told of the release that a service is to run from now on. */
  readonly onVersion: (service: ComponentName, version: string) => void;
}

/**
 * What can be done to the services of a stack in ECS; the changes of one service happen one after the other.
 *
 *   RegisterTaskDefinition ─► UpdateService ─► steady?  yes: applied
 *                                                       no: UpdateService with what ran before ─► COMPONENT_NOT_STEADY
 */
export class Changes {
  readonly #options: ChangesOptions;
  readonly #turns = new Turns();

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  deploy({ service, release }: { service: ComponentName; release: string }): Promise<Applied> {
    return this.#next(service, async (now) => {
      checkRelease({ service, release });
      await this.#lay(service, now, { deployed: [...deployedOf(now), release] });
      return { service, from: now.version, to: release };
    });
  }

  rollback(service: ComponentName): Promise<Applied> {
    return this.#next(service, async (now) => {
      const deployed = deployedOf(now);
      const to = deployed.at(-2);
      if (to === undefined) throw new InfraError('NO_EARLIER_RELEASE', [service, now.version]);
      const earlier = deployed.slice(0, -1);
      await this.#lay(service, now, { deployed: earlier.length === 1 ? [] : earlier });
      return { service, from: now.version, to };
    });
  }

  restart(service: ComponentName): Promise<Applied> {
    return this.#next(service, async (now) => {
      await this.#update(service, now, { force: true });
      return { service, from: now.version, to: now.version };
    });
  }

  scale({ service, replicas }: { service: ComponentName; replicas: number }): Promise<Applied> {
    return this.#next(service, async (now) => {
      checkReplicas({ service, replicas });
      await this.#update(service, now, { desired: replicas });
      return { service, from: String(now.desired), to: String(replicas) };
    });
  }

  /** A value that the service has anyway is no change of it: to set it takes a change back. */
  setEnv({ service, env = {}, limits = {} }: EnvChange): Promise<Applied> {
    return this.#next(service, async (now) => {
      const base = await this.#options.services.definition(now.base);
      const container = base.containerDefinitions?.find(({ name }) => name === service);
      const own: Record<string, string> = Object.fromEntries([
        // that there is one is known, and not what it is: '' takes it away, and any value is another
        ...(container?.secrets ?? []).map(({ name = '' }) => [name, '\0']),
        ...(container?.environment ?? []).map(({ name = '', value = '' }) => [name, value]),
      ]);
      const texts = Object.entries(env).map(([name, value]) => [name, value ?? '']);
      await this.#lay(service, now, {
        env: differing(own, { ...now.overlay.env, ...Object.fromEntries(texts) }),
        limits: differing(componentOf(service).limits, { ...now.overlay.limits, ...limits }),
      });
      return { service, from: now.version, to: now.version };
    });
  }

  /** When what is under way has ended, and what failed of it is brought back. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  /** What the service runs from now on is the base with this laid over it; the base itself where nothing is. */
  async #lay(service: ComponentName, now: Now, part: Partial<Overlay>): Promise<void> {
    const { services, onVersion } = this.#options;
    const overlay: Overlay = { ...now.overlay, ...part };
    const isNothing = JSON.stringify(overlay) === JSON.stringify(NOTHING);
    const base = await services.definition(now.base);
    const revision = isNothing ? undefined : revisionOf({ base, component: service, overlay });
    const definition = revision ? await taken(service, services.register(revision)) : now.base;
    await this.#update(service, now, { definition });
    onVersion(service, versionOf({ definition: await services.definition(definition), component: service }));
  }

  /**
   * What ran before runs again, or is at least asked for, when this throws; of a restart there is nothing to bring back.
   * @throws COMPONENT_REFUSED, COMPONENT_NOT_STEADY, the signal's reason
   */
  async #update(service: ComponentName, now: Now, change: UpdateOptions): Promise<void> {
    const { services, timeoutMs, signal } = this.#options;
    const { definition, desired } = now;
    const deployment = await taken(service, services.update(service, change));
    const wanted: Rollout = {
      definition: change.definition ?? definition,
      desired: change.desired ?? desired,
      deployment,
    };
    let failed: string | undefined;
    try {
      failed = await services.steady(service, { wanted, timeoutMs, signal });
      if (failed === undefined) return;
      const ended = await this.#lastEnd(service);
      failed = ended === '' ? failed : `${failed}; ${ended}`;
    } finally {
      if (!change.force && (failed !== undefined || signal.aborted))
        await services.update(service, { definition, desired });
    }
    const after = change.force ? 'ECS starts it again and again' : await this.#broughtBack(service, now);
    throw new InfraError('COMPONENT_NOT_STEADY', [service, failed, after, await this.#whereLogs(now)]);
  }

  async #broughtBack(service: ComponentName, { definition, desired }: Now): Promise<string> {
    const { services, timeoutMs, signal } = this.#options;
    const failed = await services.steady(service, { wanted: { definition, desired }, timeoutMs, signal });
    return failed === undefined
      ? 'what ran before runs again'
      : `what ran before is not up either: ${failed}`;
  }

  async #lastEnd(service: ComponentName): Promise<string> {
    const ends = await this.#options.services.tasks({ stopped: service }).catch(() => []);
    const last = ends.toSorted((a, b) => (a.stoppedAt ?? '').localeCompare(b.stoppedAt ?? '')).at(-1);
    const container = last?.containers.find(({ name }) => name === service);
    const code = container?.exitCode === undefined ? '' : `code ${container.exitCode}`;
    return [code, container?.reason, last?.stoppedReason].filter(Boolean).join(', ');
  }

  async #whereLogs({ base }: Now): Promise<string> {
    const group = logGroupOf(await this.#options.services.definition(base));
    return group === undefined ? 'Its log is in the raw bucket' : `See its log: aws logs tail ${group}`;
  }

  #next(service: ComponentName, work: (now: Now) => Promise<Applied>): Promise<Applied> {
    return this.#turns.take(service, async () => work(await this.#now(service)));
  }

  async #now(service: ComponentName): Promise<Now> {
    const { services } = this.#options;
    const rollout = await services.wanted(service);
    if (rollout === undefined) throw new InfraError('NOT_RUNNING', [service]);
    const definition = await services.definition(rollout.definition);
    const version = versionOf({ definition, component: service });
    return { ...rollout, ...readRevision({ definition, component: service }), version };
  }
}

/** The first release is the base's own. */
const deployedOf = ({ overlay, version }: Now): readonly string[] =>
  overlay.deployed.length === 0 ? [version] : overlay.deployed;

/** @throws COMPONENT_REFUSED */
async function taken<T>(service: ComponentName, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    throw new InfraError('COMPONENT_REFUSED', [service, (cause as Error).message], { cause: cause as Error });
  }
}
