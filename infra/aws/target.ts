import { setTimeout as sleep } from 'node:timers/promises';
import { ECSClient } from '@aws-sdk/client-ecs';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Counters, countersSince, NO_COUNTERS } from '../collector/counters.ts';
import { CollectorWatch } from '../collector/watch.ts';
import type { EnvChange } from '../container/changing.ts';
import { httpAddress, portOf } from '../container/surroundings.ts';
import { InfraError } from '../errors.ts';
import { ProcessLog } from '../events/process-log.ts';
import { Stream } from '../events/stream.ts';
import type {
  Address,
  Applied,
  CollectorReport,
  DrainOptions,
  InEffect,
  Limits,
  ProcessEvent,
  Secrets,
  Target,
} from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf, topologyOf } from '../topology.ts';
import { Changes } from './runtime/changes.ts';
import { EventQueue } from './runtime/event-queue.ts';
import { Found } from './runtime/found.ts';
import { hostName } from './runtime/names.ts';
import type { AwsOptions } from './runtime/options.ts';
import { logGroupOf, versionOf } from './runtime/revision.ts';
import { Services } from './runtime/services.ts';
import { TaskEvents } from './runtime/task-events.ts';
import type { TaskState } from './runtime/task-state.ts';

/** Both waits, and what is asked for between them, end before the load's 280 s for a change do. */
const STEADY_MS = 190_000;
const BACK_MS = 60_000;
/** An `up` that goes on makes the services one after the other. */
const START_WITHIN_MS = 300_000;
const POLL_MS = 3_000;
const DRAIN_MS = 120_000;
const PROCESS_EVENTS_MS = 10_000;
const OBSERVERS: ReadonlySet<ComponentName> = new Set(['s3', 'collector', 'prometheus']);
const SERVICES: readonly ComponentName[] = topologyOf('aws')
  .filter(({ role }) => role === 'service')
  .map(({ name }) => name);
const NO_LOGS: Pick<CollectorReport, 'lines'> = { lines: null };

/** What to do with stores by themselves: they are services of AWS, and no tasks. */
const STORES: Readonly<Partial<Record<ComponentName, string>>> = {
  postgres: 'aws rds reboot-db-instance',
  cache: 'aws elasticache reboot-cache-cluster',
  queue: 'aws elasticache reboot-cache-cluster',
  s3: 'there is nothing to change of S3',
};

const LOGS_OF_STORES = 'it is a service of AWS, which keeps its logs itself: see the console of AWS';

/**
 * The stack as services of ECS. It runs in the stack's own network, and finds the stack up: `pulumi up` makes it, `pulumi
 * destroy` ends it, and neither `start` nor `stop` does.
 */
export class AwsTarget implements Target {
  readonly kind = 'aws';
  readonly found = true;
  readonly #options: AwsOptions;
  readonly #ecs: ECSClient;
  readonly #sqs: SQSClient;
  readonly #services: Services;
  readonly #taskEvents: TaskEvents;
  readonly #events = new Stream<ProcessEvent>();
  readonly #found = new Found();
  readonly #ending = new AbortController();
  #changes: Changes | undefined;
  #queue: EventQueue | undefined;
  #processLog: ProcessLog | undefined;
  #watch: CollectorWatch | undefined;
  /** What the collector had counted before. */
  #before: Counters = NO_COUNTERS;
  #report: Promise<CollectorReport> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: AwsOptions) {
    const { prefix, client = {}, region, pollMs = POLL_MS } = options;
    this.#options = options;
    this.#ecs = new ECSClient({ region, ...client });
    this.#sqs = new SQSClient({ region, ...client });
    this.#services = new Services({ client: this.#ecs, prefix, pollMs });
    this.#taskEvents = new TaskEvents({ prefix });
  }

  /** @throws CLUSTER_NOT_FOUND when the stack's services are not there, nor in a while */
  async start(): Promise<void> {
    const { eventsQueueUrl, steadyMs = STEADY_MS } = this.#options;
    await this.#untilThere();
    this.#changes = new Changes({
      services: this.#services,
      timeoutMs: steadyMs,
      backMs: BACK_MS,
      signal: this.#ending.signal,
      onVersion: (service, version) => this.#found.versions.set(service, version),
    });
    this.#watch = new CollectorWatch({ url: this.address('collector', 'counters').url });
    this.#watch.started();
    this.#before = (await this.#watch.read()) ?? NO_COUNTERS;
    this.#processLog = new ProcessLog({
      environment: 'aws',
      version: this.#found.versions.get('web-api') ?? '',
    });
    this.#processLog.open(this.address('collector').url);
    for (const task of await this.#services.tasks()) this.#taskEvents.know(task);
    this.#queue = new EventQueue({
      client: this.#sqs,
      url: eventsQueueUrl,
      onState: (state) => this.#on(state),
    });
  }

  stop({ signal }: Pick<DrainOptions, 'signal'> = {}): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  /** They stay up, with the rest of the stack. */
  async stopServices(): Promise<void> {}

  stopCollector(options: DrainOptions = {}): Promise<CollectorReport> {
    this.#report ??= this.#stopCollector(options);
    return this.#report;
  }

  async stopStores(): Promise<void> {}

  /** @throws NOT_PUBLISHED for the stores, whose addresses are those of RDS, ElastiCache and S3 */
  address(component: ComponentName, port?: string): Address {
    if (componentOf(component).role === 'store') throw new InfraError('NOT_PUBLISHED', [component]);
    return (
      this.#options.addresses?.[component]?.[port ?? 'first'] ??
      httpAddress(hostName(this.#options.prefix, component), portOf(component, port))
    );
  }

  secrets(): Secrets {
    return this.#options.secrets;
  }

  versions(): Readonly<Record<string, string>> {
    if (this.#changes === undefined) throw new InfraError('NOT_RUNNING', ['the stack']);
    return Object.fromEntries(this.#found.versions);
  }

  inEffect(): readonly InEffect[] {
    return [...this.#found.inEffect.values()].flat();
  }

  limits(service: ComponentName): Limits | undefined {
    return this.#found.limits.get(service);
  }

  deploy(change: { readonly service: ComponentName; readonly release: string }): Promise<Applied> {
    return this.#changesOf(change.service).deploy(change);
  }

  rollback(service: ComponentName): Promise<Applied> {
    return this.#changesOf(service).rollback(service);
  }

  restart(component: ComponentName): Promise<Applied> {
    return this.#changesOf(component).restart(component);
  }

  scale(change: { readonly service: ComponentName; readonly replicas: number }): Promise<Applied> {
    return this.#changesOf(change.service).scale(change);
  }

  setEnv(change: EnvChange): Promise<Applied> {
    return this.#changesOf(change.service).setEnv(change);
  }

  /** Lines go by FireLens to the collector and are nowhere else. @throws LOGS_ELSEWHERE, when it is read */
  // biome-ignore lint/correctness/useYield: there are none
  async *logs(component: ComponentName): AsyncGenerator<string> {
    const { prefix } = this.#options;
    if (componentOf(component).role === 'store')
      throw new InfraError('LOGS_ELSEWHERE', [component, LOGS_OF_STORES]);
    const wanted = await this.#services.wanted(component);
    const group = wanted && logGroupOf(await this.#services.definition(wanted.definition));
    const router =
      group === undefined ? '' : `, and what its log router says in CloudWatch: aws logs tail ${group}`;
    throw new InfraError('LOGS_ELSEWHERE', [
      component,
      `they go to the collector and from there to the raw bucket of ${prefix} (faultline convert)${router}`,
    ]);
  }

  events(): AsyncIterableIterator<ProcessEvent> {
    return this.#events.subscribe();
  }

  async #untilThere(): Promise<void> {
    const { prefix, region, startWithinMs = START_WITHIN_MS, pollMs = POLL_MS } = this.#options;
    const deadline = Date.now() + startWithinMs;
    for (;;) {
      const missing = await this.#found.look(this.#services, SERVICES).catch((cause: Error) => {
        throw new InfraError('CLUSTER_NOT_FOUND', [prefix, region, cause.message], { cause });
      });
      if (missing.length === 0) return;
      if (Date.now() >= deadline || this.#ending.signal.aborted)
        throw new InfraError('CLUSTER_NOT_FOUND', [prefix, region, `it lacks ${missing.join(', ')}`]);
      await sleep(pollMs);
    }
  }

  /** The release in the task's own definition, not the one that is asked for by now. */
  async #on(state: TaskState): Promise<void> {
    const component = this.#taskEvents.componentOf(state);
    if (component === undefined) return;
    const definition = await this.#services.definition(state.taskDefinitionArn);
    for (const event of this.#taskEvents.note(state, versionOf({ definition, component }))) {
      if (component === 'collector') {
        if (event.type === 'exited') this.#watch?.ended();
        else this.#watch?.started();
      }
      if (!OBSERVERS.has(component)) this.#processLog?.write(event);
      this.#events.push(event);
    }
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    this.#ending.abort();
    await this.#changes?.idle();
    await this.stopCollector(signal ? { signal } : {});
    this.#events.end();
    this.#ecs.destroy();
    this.#sqs.destroy();
  }

  async #stopCollector({ timeoutMs = DRAIN_MS, signal }: DrainOptions): Promise<CollectorReport> {
    const since = Date.now();
    const watch = this.#watch;
    await this.#queue?.close();
    const processEventsLost =
      (await this.#processLog?.close({ timeoutMs: watch ? PROCESS_EVENTS_MS : 0, signal })) ?? 0;
    const drained = (await watch?.drain({ timeoutMs, signal, goesOn: true })) ?? false;
    const { linesRead, queued, ...counters } = countersSince(this.#before, watch?.total ?? NO_COUNTERS);
    watch?.close();
    return {
      ...counters,
      // metrics never end
      queued: { ...queued, metrics: 0 },
      ...{ drained, linesRead, ...NO_LOGS, processEventsLost },
      processes: watch?.processes ?? 0,
      seconds: (Date.now() - since) / 1000,
    };
  }

  #changesOf(name: ComponentName): Changes {
    const { role } = componentOf(name);
    if (this.#changes === undefined) throw new InfraError('NOT_RUNNING', [name]);
    if (role === 'store') throw new InfraError('NOT_A_TASK', [name, STORES[name] ?? '']);
    return this.#changes;
  }
}
