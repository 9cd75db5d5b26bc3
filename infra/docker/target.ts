import { type Counters, countersSince, NO_COUNTERS } from '../collector/counters.ts';
import { CollectorWatch } from '../collector/watch.ts';
import type { EnvChange } from '../container/changing.ts';
import { versionOf } from '../container/stack-settings.ts';
import { InfraError } from '../errors.ts';
import { ProcessLog } from '../events/process-log.ts';
import { Stream } from '../events/stream.ts';
import type {
  Address,
  Applied,
  CollectorReport,
  DrainOptions,
  LogOptions,
  ProcessEvent,
  Secrets,
  Target,
} from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf, topologyOf } from '../topology.ts';
import { Changes, containersOf } from './changes.ts';
import { containerName } from './container.ts';
import { ContainerEvents } from './container-events.ts';
import { followLines, linesOf } from './container-logs.ts';
import { docker } from './engine.ts';
import { Failures } from './failures.ts';
import { publishedPorts } from './ports.ts';
import { PulumiStack } from './pulumi-stack.ts';
import { secretsOf } from './secrets-file.ts';
import type { Settings } from './settings.ts';

const HOST = '127.0.0.1';
const DRAIN_MS = 120_000;
const PROCESS_EVENTS_MS = 10_000;
const OBSERVERS: ReadonlySet<ComponentName> = new Set(['s3', 'collector', 'prometheus']);

export interface DockerOptions {
  /** Name of the Pulumi stack. */
  readonly stack?: string;
  /** Laid over the environment of `pulumi`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Laid over the environments of services while this target uses the stack; `stop` takes it back from one that stays up. */
  readonly serviceEnv?: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** Leave up what `start` has brought up. */
  readonly keep?: boolean;
  readonly onProgress?: (message: string) => void;
}

/** The stack as containers, by way of Pulumi: what changes here changes the stack's configuration, so that its state never drifts. */
export class DockerTarget implements Target {
  readonly kind = 'docker';
  readonly #options: DockerOptions;
  readonly #stackName: string;
  readonly #events = new Stream<ProcessEvent>();
  readonly #failures = new Failures();
  #stack: PulumiStack | undefined;
  #changes: Changes | undefined;
  #found = false;
  #keep: boolean;
  /** Left up with services that have ended, for what it holds. */
  #held = false;
  /** How the stack was set when it was found, or was to be started. */
  #first: Settings | undefined;
  /** What the collector of a stack that was up had counted before. */
  #before: Counters = NO_COUNTERS;
  #containerEvents: ContainerEvents | undefined;
  #processLog: ProcessLog | undefined;
  #watch: CollectorWatch | undefined;
  #report: Promise<CollectorReport> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: DockerOptions = {}) {
    this.#options = options;
    this.#stackName = options.stack ?? 'local';
    this.#keep = options.keep ?? false;
  }

  /** The stack was up before, and is left up by `stop`. */
  get found(): boolean {
    return this.#found;
  }

  /** `stop` leaves it up. */
  get staysUp(): boolean {
    return this.#found || this.#keep;
  }

  /** `stop` will not take the stack down: what it holds is still wanted. */
  leaveUp(): void {
    this.#held = !this.staysUp;
    this.#keep = true;
  }

  async start(): Promise<void> {
    const { env, onProgress, signal } = this.#options;
    signal?.throwIfAborted();
    const stack = await PulumiStack.open({
      name: this.#stackName,
      env,
      onProgress,
      explain: (containers) => this.#failures.explain(containers),
    });
    this.#stack = stack;
    this.#found = await stack.isUp();
    const { settings } = stack;
    this.#first = settings;
    this.#processLog = new ProcessLog({ environment: 'local', version: versionOf(settings, 'web-api') });
    this.#containerEvents = await ContainerEvents.follow({
      stackLabel: `${settings.prefix}.${this.#stackName}`,
      onEvent: (event) => this.#on(event),
    });
    try {
      // one that is up is used as it is: to bring it to what this code says is for `pulumi up`
      if (!this.#found) {
        for (const [component, env] of this.#laid)
          await stack.set({ component, values: { env: { ...settings.env[component], ...env } } });
        await stack.up({ signal });
      }
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watch = new CollectorWatch({ url: this.address('collector', 'counters').url });
    this.#watch.started();
    if (this.#found) this.#before = (await this.#watch.read()) ?? NO_COUNTERS;
    this.#processLog.open(this.address('collector').url);
    this.#changes = new Changes(stack);
    if (this.#found) for (const [service, env] of this.#laid) await this.#changes.setEnv({ service, env });
  }

  stop({ signal }: Pick<DrainOptions, 'signal'> = {}): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async stopServices(): Promise<void> {
    if (this.staysUp) return;
    const services = topologyOf('docker').filter(({ role }) => role === 'service');
    for (const { name } of services.toReversed()) await this.#stopContainers(name);
  }

  stopCollector(options: DrainOptions = {}): Promise<CollectorReport> {
    this.#report ??= this.#stopCollector(options);
    return this.#report;
  }

  /** They go with the rest of the stack: what was stored is still to be read. */
  async stopStores(): Promise<void> {}

  address(component: ComponentName, port?: string): Address {
    const published = publishedPorts({
      component: componentOf(component),
      ports: this.#running(component).ports,
    });
    const number = port === undefined ? Object.values(published)[0] : published[port];
    if (number === undefined) throw new InfraError('NOT_PUBLISHED', [component]);
    return { host: HOST, port: number, url: `http://${HOST}:${number}` };
  }

  secrets(): Secrets {
    return secretsOf(this.#stackName);
  }

  versions(): Readonly<Record<string, string>> {
    const settings = this.#running('the stack');
    const services = topologyOf('docker').filter(({ role }) => role === 'service');
    return Object.fromEntries(services.map(({ name }) => [name, versionOf(settings, name)]));
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

  async *logs(component: ComponentName, { follow = false, signal }: LogOptions = {}): AsyncGenerator<string> {
    const names = containersOf(this.#running(component), componentOf(component).name);
    for (const [index, name] of names.entries()) {
      if (follow && index === names.length - 1) yield* followLines(name, { signal });
      else yield* linesOf(name);
    }
  }

  events(): AsyncIterableIterator<ProcessEvent> {
    return this.#events.subscribe();
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    try {
      if (this.#stack === undefined) return;
      await this.stopServices();
      await this.stopCollector(signal ? { signal } : {});
      await this.#leave(this.#stack);
    } finally {
      this.#watch?.close();
      await this.#containerEvents?.close();
      this.#events.end();
    }
  }

  /** Of what was set for its use alone nothing is left: not in what runs on, nor for the next `up` of what does not. */
  async #leave(stack: PulumiStack): Promise<void> {
    if (this.staysUp && !this.#held) {
      for (const [component] of this.#laid)
        await stack.change({ component, values: { env: this.#first?.env[component] } });
      return;
    }
    try {
      if (!this.staysUp) await stack.destroy();
    } finally {
      await stack.restore();
    }
  }

  get #laid() {
    const all = Object.entries(this.#options.serviceEnv ?? {}).filter(
      ([, env]) => Object.keys(env).length > 0,
    );
    return all as [ComponentName, Readonly<Record<string, string>>][];
  }

  #on(event: ProcessEvent): void {
    if (event.service === 'collector') {
      if (event.type === 'exited') this.#watch?.ended();
      else this.#watch?.started();
    }
    if (event.type === 'exited' && !event.expected) {
      const component = componentOf(event.service);
      const { prefix } = this.#running(event.service);
      const container = containerName({ prefix, component, replica: event.replica });
      if (this.#stack?.isCreating(container)) this.#failures.notice(container, event);
    }
    if (!OBSERVERS.has(event.service)) this.#processLog?.write(event);
    this.#events.push(event);
  }

  async #stopCollector({ timeoutMs = DRAIN_MS, signal }: DrainOptions): Promise<CollectorReport> {
    const since = Date.now();
    const watch = this.#watch;
    const processEventsLost =
      (await this.#processLog?.close({ timeoutMs: watch ? PROCESS_EVENTS_MS : 0, signal })) ?? 0;
    const goesOn = this.staysUp;
    const drained = (await watch?.drain({ timeoutMs, signal, goesOn })) ?? false;
    const { linesRead, queued, ...counters } = countersSince(this.#before, watch?.total ?? NO_COUNTERS);
    if (!goesOn) await this.#stopContainers('collector');
    watch?.close();
    return {
      ...counters,
      queued: goesOn ? { ...queued, metrics: 0 } : queued,
      drained,
      linesRead,
      lines: null,
      processes: watch?.processes ?? 0,
      processEventsLost,
      seconds: (Date.now() - since) / 1000,
    };
  }

  async #stopContainers(name: ComponentName): Promise<void> {
    const { graceSeconds, signals } = componentOf(name).stop;
    // one that is not there any more, or never was, is stopped
    for (const container of containersOf(this.#running(name), name))
      await docker(['stop', '--time', String(graceSeconds * signals.length), container]).catch(() => {});
  }

  #changesOf(name: ComponentName): Changes {
    componentOf(name); // refuses a name that is none
    if (this.#changes === undefined) throw new InfraError('NOT_RUNNING', [name]);
    return this.#changes;
  }

  #running(what: string): Settings {
    if (this.#stack === undefined) throw new InfraError('NOT_RUNNING', [what]);
    return this.#stack.settings;
  }
}
