import { checkRelease, checkReplicas, differing, type EnvChange, Turns } from '../../container/changing.ts';
import { InfraError } from '../../errors.ts';
import type { Applied } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';
import {
  limitsIn,
  logGroupOf,
  NOTHING,
  type Overlay,
  readRevision,
  revisionOf,
  versionOf,
} from './revision.ts';
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
  /** How long it may take after that with what ran before. */
  readonly backMs: number;
  /** Ends the waiting; what ran before is then asked for again. */
  readonly signal: AbortSignal;
  /** Told of the release that a service is to run from now on. */
  readonly onVersion: (service: ComponentName, version: string) => void;
}

/**
 * What can be done to the services of a stack in ECS; the changes of one service happen one after the other.
 *
 *   RegisterTaskDefinition ─► UpdateService ─► steady?  yes: applied
 *                                                       no: UpdateService with what ran before, some times until ECS
 *                                                           takes it ─► COMPONENT_NOT_STEADY
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
        limits: differing(limitsIn({ definition: base, component: service }), {
          ...now.overlay.limits,
          ...limits,
        }),
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
    const version = overlay.deployed.at(-1) ?? versionOf({ definition: base, component: service });
    await this.#update(service, now, { definition }, () => onVersion(service, version));
  }

  /**
   * What ran before is asked for again when this throws; of a restart there is nothing to bring back.
   * @param onStays told when the change is in effect, or cannot be taken back
   * @throws COMPONENT_REFUSED, COMPONENT_NOT_STEADY, the signal's reason
   */
  async #update(
    service: ComponentName,
    now: Now,
    change: UpdateOptions,
    onStays?: () => void,
  ): Promise<void> {
    const { services, timeoutMs, signal } = this.#options;
    const { definition, desired } = now;
    signal.throwIfAborted();
    const deployment = await taken(service, services.update(service, change));
    const wanted: Rollout = {
      definition: change.definition ?? definition,
      desired: change.desired ?? desired,
      deployment,
      isScaled: change.desired !== undefined,
    };
    let [failed, stopped]: [string | undefined, unknown] = [undefined, undefined];
    try {
      failed = await services.steady(service, { wanted, timeoutMs, signal });
    } catch (reason) {
      [failed, stopped] = ['nobody waited for it any more', reason];
    }
    if (failed === undefined) return onStays?.();
    const ended = stopped === undefined ? await this.#lastEnd(service) : '';
    const stays = change.force ? undefined : await services.insist(service, { definition, desired });
    if (stays !== undefined) onStays?.();
    else if (stopped !== undefined) throw stopped;
    const what = ended === '' ? failed : `${failed}; ${ended}`;
    const after = await this.#after(service, now, { isRestart: change.force === true, stays });
    throw new InfraError('COMPONENT_NOT_STEADY', [service, what, after, await this.#whereLogs(now)]);
  }

  async #after(
    service: ComponentName,
    now: Now,
    { isRestart, stays }: { isRestart: boolean; stays: string | undefined },
  ): Promise<string> {
    if (isRestart) return 'ECS tries again until its circuit breaker trips';
    if (stays !== undefined) return `what ran before could not be brought back: ${stays}`;
    return await this.#broughtBack(service, now);
  }

  async #broughtBack(service: ComponentName, { definition, desired }: Now): Promise<string> {
    const { services, backMs, signal } = this.#options;
    const wanted: Rollout = { definition, desired };
    const failed = await services.steady(service, { wanted, timeoutMs: backMs, signal });
    return failed === undefined
      ? 'what ran before runs again'
      : `what ran before is not up either: ${failed}`;
  }

  async #lastEnd(service: ComponentName): Promise<string> {
    const ends = await this.#options.services.tasks({ of: service, stopped: true }).catch(() => []);
    const last = ends.toSorted((a, b) => (a.stoppedAt ?? '').localeCompare(b.stoppedAt ?? '')).at(-1);
    const container = last?.containers.find(({ name }) => name === service);
    const code = container?.exitCode === undefined ? '' : `code ${container.exitCode}`;
    return [code, container?.reason, last?.stoppedReason].filter(Boolean).join(', ');
  }

  async #whereLogs({ base }: Now): Promise<string> {
    const group = await this.#options.services.definition(base).then(logGroupOf, () => undefined);
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
