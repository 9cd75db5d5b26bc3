import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Deployment,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionRequest,
  type Service,
  type TaskDefinition,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import type { ComponentName } from '../../topology/component.ts';
import { serviceName } from './names.ts';
import type { TaskState } from './task-state.ts';

/** DescribeTasks and DescribeServices take as many. */
const TASKS_AT_ONCE = 100;
const SERVICES_AT_ONCE = 10;
/** One failure may be the platform's; after the second the service does not come up. */
const FAILURES = 2;
/** How often something is asked for that must not be left undone. */
const TRIES = 5;

export interface Rollout {
  readonly definition: string;
  readonly desired: number;
  /** Id of the deployment that brings it about; an answer that is late still shows the one before. */
  readonly deployment?: string | undefined;
  /** Only their number changes: no deployment is made, whose state would say that they are well. */
  readonly isScaled?: boolean;
}

interface Progress {
  readonly done: boolean;
  readonly failed: boolean;
  readonly text: string;
}

export interface UpdateOptions extends Partial<Pick<Rollout, 'definition' | 'desired'>> {
  readonly force?: boolean;
}

/** The ECS services of one stack: what is asked of the API, and nothing else. */
export class Services {
  readonly #client: ECSClient;
  readonly #prefix: string;
  readonly #pollMs: number;
  /** A revision never changes. */
  readonly #definitions = new Map<string, Promise<TaskDefinition>>();

  constructor({ client, prefix, pollMs }: { client: ECSClient; prefix: string; pollMs: number }) {
    this.#client = client;
    this.#prefix = prefix;
    this.#pollMs = pollMs;
  }

  /** The services that are there, by component. */
  async all(components: readonly ComponentName[]): Promise<Map<ComponentName, Service>> {
    const found = new Map<ComponentName, Service>();
    for (let at = 0; at < components.length; at += SERVICES_AT_ONCE) {
      const some = components.slice(at, at + SERVICES_AT_ONCE);
      const names = some.map((name) => serviceName(this.#prefix, name));
      const command = new DescribeServicesCommand({ cluster: this.#prefix, services: names });
      for (const service of (await this.#client.send(command)).services ?? []) {
        const name = some[names.indexOf(service.serviceName ?? '')];
        if (name !== undefined && service.status === 'ACTIVE') found.set(name, service);
      }
    }
    return found;
  }

  /** What a service is to run; undefined for one that is not there. */
  async wanted(component: ComponentName): Promise<Rollout | undefined> {
    const service = (await this.all([component])).get(component);
    return service && { definition: service.taskDefinition ?? '', desired: service.desiredCount ?? 0 };
  }

  definition(arn: string): Promise<TaskDefinition> {
    const known = this.#definitions.get(arn);
    if (known) return known;
    const asked = this.#client
      .send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }))
      .then(({ taskDefinition }) => taskDefinition ?? {});
    asked.catch(() => this.#definitions.delete(arn));
    this.#definitions.set(arn, asked);
    return asked;
  }

  /** @returns the ARN of the new revision */
  async register(input: RegisterTaskDefinitionRequest): Promise<string> {
    const { taskDefinition } = await this.#client.send(new RegisterTaskDefinitionCommand(input));
    return taskDefinition?.taskDefinitionArn ?? '';
  }

  /** @returns the id of the deployment that follows */
  async update(
    component: ComponentName,
    { definition, desired, force }: UpdateOptions,
  ): Promise<string | undefined> {
    const { service } = await this.#client.send(
      new UpdateServiceCommand({
        cluster: this.#prefix,
        service: serviceName(this.#prefix, component),
        ...(definition === undefined ? {} : { taskDefinition: definition }),
        ...(desired === undefined ? {} : { desiredCount: desired }),
        ...(force ? { forceNewDeployment: true } : {}),
      }),
    );
    return primaryOf(service)?.id;
  }

  /** Like update, once more while ECS does not take it. @returns why it did not the last time */
  async insist(component: ComponentName, change: UpdateOptions): Promise<string | undefined> {
    let refused: string | undefined;
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (tries > 0) await sleep(this.#pollMs);
      refused = await this.update(component, change).then(
        () => undefined,
        (error: Error) => error.message,
      );
      if (refused === undefined) break;
    }
    return refused;
  }

  /**
   * Waits until a service runs what it is to run, and nothing else. Returns why it does not: its tasks fail, or the time is up.
   * @throws the signal's reason
   */
  async steady(
    component: ComponentName,
    { wanted, timeoutMs, signal }: { wanted: Rollout; timeoutMs: number; signal: AbortSignal },
  ): Promise<string | undefined> {
    const deadline = Date.now() + timeoutMs;
    let state = 'it was not looked at';
    while (Date.now() < deadline) {
      signal.throwIfAborted();
      // an answer that does not come is no failure of the service
      const { done, failed, text } = await this.#progress(component, wanted).catch((error: Error) =>
        unknown(error.message),
      );
      if (done) return undefined;
      if (failed) return text;
      state = text;
      await sleep(this.#pollMs, undefined, { signal });
    }
    return `not within ${timeoutMs / 1000} s (${state})`;
  }

  async #progress(component: ComponentName, wanted: Rollout): Promise<Progress> {
    const progress = progressOf((await this.all([component])).get(component), wanted);
    if (!progress.done || !wanted.isScaled) return progress;
    const { containerDefinitions = [] } = await this.definition(wanted.definition);
    if (!containerDefinitions.some(({ healthCheck }) => healthCheck)) return progress;
    const tasks = await this.tasks({ of: component });
    const healthy = tasks.filter(({ healthStatus }) => healthStatus === 'HEALTHY').length;
    return healthy >= wanted.desired
      ? progress
      : unknown(`${healthy} of ${wanted.desired} tasks are healthy`);
  }

  /** States of the tasks of all services, or of one; of those that have ended when `stopped`. */
  async tasks({ of, stopped = false }: { of?: ComponentName; stopped?: boolean } = {}): Promise<TaskState[]> {
    const { taskArns = [] } = await this.#client.send(
      new ListTasksCommand({
        cluster: this.#prefix,
        ...(of === undefined ? {} : { serviceName: serviceName(this.#prefix, of) }),
        ...(stopped ? { desiredStatus: 'STOPPED' as const } : {}),
      }),
    );
    if (taskArns.length === 0) return [];
    const { tasks = [] } = await this.#client.send(
      new DescribeTasksCommand({ cluster: this.#prefix, tasks: taskArns.slice(0, TASKS_AT_ONCE) }),
    );
    // dates as they stand in events
    return JSON.parse(JSON.stringify(tasks)) as TaskState[];
  }
}

const unknown = (text: string): Progress => ({ done: false, failed: false, text });

const primaryOf = (service: Service | undefined): Deployment | undefined =>
  service?.deployments?.find(({ status }) => status === 'PRIMARY');

function progressOf(service: Service | undefined, { definition, desired, deployment }: Rollout): Progress {
  const deployments = service?.deployments ?? [];
  const primary = primaryOf(service);
  const begun = primary?.taskDefinition === definition && (deployment ?? primary.id) === primary.id;
  if (primary === undefined || !begun) return unknown('its deployment has not begun');
  const { rolloutState, runningCount = 0, failedTasks = 0 }: Deployment = primary;
  const failed = rolloutState === 'FAILED' || failedTasks >= FAILURES;
  const text = failed
    ? (primary.rolloutStateReason ?? `${failedTasks} of its tasks failed`)
    : `${runningCount} of ${desired} tasks run`;
  const done = deployments.length === 1 && runningCount === desired && rolloutState !== 'IN_PROGRESS';
  return { done: done && !failed, failed, text };
}
