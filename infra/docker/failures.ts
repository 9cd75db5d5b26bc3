import { InfraError } from '../errors.ts';
import type { ProcessEvent } from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { docker } from './engine.ts';

type Exit = Extract<ProcessEvent, { type: 'exited' }>;

const TAIL = 20;

/**
 * What becomes of the containers that an update makes. The provider waits for health alone: a container that ends, again
 * and again, is waited for until the time is up, and its log is gone with it when the update is taken back.
 */
export class Failures {
  readonly #found = new Map<string, Promise<InfraError>>();

  /** A container that is being made has ended by itself. Its log is kept, and it is removed: then the update fails at once. */
  notice(container: string, exit: Exit): void {
    if (!this.#found.has(container)) this.#found.set(container, giveUp(container, exit));
  }

  /** The error of the first container of which anything is known; asked once the update has failed. */
  async explain(containers: readonly string[]): Promise<InfraError | undefined> {
    for (const found of this.#found.values()) {
      this.#found.clear();
      return found;
    }
    for (const container of containers) {
      const error = await notHealthy(container);
      if (error !== undefined) return error;
    }
    return undefined;
  }
}

async function giveUp(container: string, { service, code, signal }: Exit): Promise<InfraError> {
  const how = signal === null ? `ended with code ${code}` : `ended by ${signal}`;
  const error = new InfraError('COMPONENT_FAILED', [service, how, await tailOf(container)]);
  // the provider sees the end of a task by itself
  if (componentOf(service).role !== 'task') {
    // asked to stop, so that its end is told as one that was asked for, if it has been started again by now
    await docker(['stop', container]).catch(() => {});
    await docker(['rm', '--force', container]).catch(() => {});
  }
  return error;
}

async function notHealthy(container: string): Promise<InfraError | undefined> {
  const format =
    '{{index .Config.Labels "storefront.component"}} {{.State.Running}} {{.State.Health.Status}}';
  const text = await docker(['inspect', '--format', format, container]).catch(() => '');
  const [component, running, health] = text.trim().split(' ');
  if (running !== 'true' || health === 'healthy') return undefined;
  const { withinSeconds } = componentOf(component as ComponentName).health;
  const parameters = [component ?? '', withinSeconds, `it is ${health}`, await tailOf(container)] as const;
  return new InfraError('COMPONENT_NOT_HEALTHY', [...parameters]);
}

/** The last lines that a container wrote, indented; '' when it wrote none. */
export async function tailOf(container: string): Promise<string> {
  const tail = await docker(['logs', '--tail', String(TAIL), container], { both: true }).catch(() => '');
  const lines = tail.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => `  ${line}`).join('\n');
}
