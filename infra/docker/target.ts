import { setTimeout as sleep } from 'node:timers/promises';
import { releases } from '../../services/releases.ts';
import { type Counters, countersSince, NO_COUNTERS } from '../collector/counters.ts';
import { CollectorWatch } from '../collector/watch.ts';
import { InfraError } from '../errors.ts';
import { ProcessLog } from '../events/process-log.ts';
import { Stream } from '../events/stream.ts';
import type {
  Address,
  Applied,
  CollectorReport,
  DrainOptions,
  Limits,
  LogOptions,
  ProcessEvent,
  Secrets,
  Target,
} from '../target.ts';
import { COMPONENT_NAMES, type ComponentName } from '../topology/component.ts';
import { componentOf, topologyOf } from '../topology.ts';
import { containerName } from './container.ts';
import { ContainerEvents } from './container-events.ts';
import { followLines, linesOf } from './container-logs.ts';
import { docker } from './engine.ts';
import { publishedPorts } from './ports.ts';
import { PulumiStack } from './pulumi-stack.ts';
import { secretsOf } from './secrets-file.ts';
import type { Settings } from './settings.ts';

const HOST = '127.0.0.1';
const DRAIN_MS = 120_000;
const PROCESS_EVENTS_MS = 10_000;
const POLL_MS = 250;
const OBSERVERS: ReadonlySet<ComponentName> = new Set(['s3', 'collector', 'prometheus']);

export interface DockerOptions {
  /** Name of the Pulumi stack. */
  readonly stack?: string;
  /** Laid over the environment of `pulumi`. */
  readonly env?: NodeJS.ProcessEnv;
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
  readonly #last = new Map<ComponentName, Promise<unknown>>();
  #stack: PulumiStack | undefined;
  #settings: Settings | undefined;
  #found = false;
  #keep: boolean;
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

  /** `stop` will not take the stack down: what it holds is still wanted. */
  leaveUp(): void {
    this.#keep = true;
  }

  async start(): Promise<void> {
    const { env, onProgress, signal } = this.#options;
    signal?.throwIfAborted();
    const stack = await PulumiStack.open({ name: this.#stackName, env, onProgress });
    this.#stack = stack;
    this.#settings = await stack.settings();
    this.#found = await stack.isUp();
    this.#processLog = new ProcessLog({ environment: 'local', version: this.#versionOf('web-api') });
    this.#containerEvents = await ContainerEvents.follow({
      stackLabel: `${this.#settings.prefix}.${this.#stackName}`,
      onEvent: (event) => this.#on(event),
    });
    try {
      // one that is up is used as it is: to bring it to what this code says is for `pulumi up`
      if (!this.#found) await stack.up({ signal });
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#watch = new CollectorWatch({ url: this.address('collector', 'counters').url });
    this.#watch.started();
    if (this.#found) this.#before = (await this.#watch.read()) ?? NO_COUNTERS;
    this.#processLog.open(this.address('collector').url);
  }

  stop({ signal }: Pick<DrainOptions, 'signal'> = {}): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async stopServices(): Promise<void> {
    if (this.#staysUp) return;
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
    const published = publishedPorts({ component: known(component), ports: this.#running(component).ports });
    const number = port === undefined ? Object.values(published)[0] : published[port];
    if (number === undefined) throw new InfraError('NOT_PUBLISHED', [component]);
    return { host: HOST, port: number, url: `http://${HOST}:${number}` };
  }

  secrets(): Secrets {
    return secretsOf(this.#stackName);
  }

  versions(): Readonly<Record<string, string>> {
    const services = topologyOf('docker').filter(({ role }) => role === 'service');
    return Object.fromEntries(services.map(({ name }) => [name, this.#versionOf(name)]));
  }

  deploy({
    service,
    release,
  }: {
    readonly service: ComponentName;
    readonly release: string;
  }): Promise<Applied> {
    return this.#next(service, async () => {
      const all = (releases[service] ?? []).map(({ version }) => version);
      if (!all.includes(release)) throw new InfraError('RELEASE_UNKNOWN', [service, release, all.join(', ')]);
      const from = this.#versionOf(service);
      await this.#change('deployed', service, [...this.#deployed(service), release]);
      return { service, from, to: release };
    });
  }

  rollback(service: ComponentName): Promise<Applied> {
    return this.#next(service, async () => {
      const deployed = this.#deployed(service);
      const [from, to] = [deployed.at(-1) ?? '', deployed.at(-2)];
      if (to === undefined) throw new InfraError('NO_EARLIER_RELEASE', [service, from]);
      const earlier = deployed.slice(0, -1);
      await this.#change('deployed', service, earlier.length === 1 ? undefined : earlier);
      return { service, from, to };
    });
  }

  restart(component: ComponentName): Promise<Applied> {
    return this.#next(component, async () => {
      const { graceSeconds, signals } = componentOf(component).stop;
      for (const name of this.#containers(component)) {
        await docker(['restart', '--time', String(graceSeconds * signals.length), name]);
        await this.#untilHealthy(component, name);
      }
      const version = this.#versionOf(component);
      return { service: component, from: version, to: version };
    });
  }

  scale({
    service,
    replicas,
  }: {
    readonly service: ComponentName;
    readonly replicas: number;
  }): Promise<Applied> {
    return this.#next(service, async () => {
      const { maxReplicas } = componentOf(service);
      if (!Number.isInteger(replicas) || replicas < 1 || replicas > maxReplicas)
        throw new InfraError('REPLICAS_INVALID', [service, maxReplicas, replicas]);
      const from = this.#running(service).replicas[service] ?? 1;
      await this.#change('replicas', service, replicas === 1 ? undefined : replicas);
      return { service, from: String(from), to: String(replicas) };
    });
  }

  setEnv({
    service,
    env = {},
    limits = {},
  }: {
    readonly service: ComponentName;
    readonly env?: Readonly<Record<string, string | null>>;
    readonly limits?: Partial<Limits>;
  }): Promise<Applied> {
    return this.#next(service, async () => {
      const before = this.#running(service);
      const over = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']));
      if (Object.keys(over).length > 0)
        await this.#change('env', service, { ...before.env[service], ...over });
      if (Object.keys(limits).length > 0)
        await this.#change('limits', service, { ...before.limits[service], ...limits });
      const version = this.#versionOf(service);
      return { service, from: version, to: version };
    });
  }

  async *logs(component: ComponentName, { follow = false, signal }: LogOptions = {}): AsyncGenerator<string> {
    const names = this.#containers(component);
    for (const [index, name] of names.entries()) {
      if (follow && index === names.length - 1) yield* followLines(name, { signal });
      else yield* linesOf(name);
    }
  }

  events(): AsyncIterableIterator<ProcessEvent> {
    return this.#events.subscribe();
  }

  get #staysUp(): boolean {
    return this.#found || this.#keep;
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    if (this.#settings !== undefined) {
      await this.stopServices();
      await this.stopCollector(signal ? { signal } : {});
      if (!this.#staysUp) await this.#stack?.destroy();
    }
    await this.#containerEvents?.close();
    this.#events.end();
  }

  #on(event: ProcessEvent): void {
    if (event.service === 'collector') {
      if (event.type === 'exited') this.#watch?.ended();
      else this.#watch?.started();
    }
    if (!OBSERVERS.has(event.service)) this.#processLog?.write(event);
    this.#events.push(event);
  }

  async #stopCollector({ timeoutMs = DRAIN_MS, signal }: DrainOptions): Promise<CollectorReport> {
    const since = Date.now();
    const watch = this.#watch;
    const processEventsLost =
      (await this.#processLog?.close({ timeoutMs: watch ? PROCESS_EVENTS_MS : 0, signal })) ?? 0;
    const goesOn = this.#staysUp;
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

  async #change(
    key: 'deployed' | 'replicas' | 'env' | 'limits',
    component: ComponentName,
    value: unknown,
  ): Promise<void> {
    const stack = this.#stack;
    if (stack === undefined) throw new InfraError('NOT_RUNNING', [component]);
    try {
      await stack.change({ key, component, value });
    } catch (cause) {
      throw new InfraError(
        'COMPONENT_FAILED',
        [component, `did not come up: ${(cause as Error).message}`, ''],
        {
          cause: cause as Error,
        },
      );
    } finally {
      this.#settings = await stack.settings();
    }
  }

  /** The changes of one component happen one after the other. */
  #next(component: ComponentName, work: () => Promise<Applied>): Promise<Applied> {
    known(component);
    const result = (this.#last.get(component) ?? Promise.resolve()).then(work);
    this.#last.set(
      component,
      result.catch(() => {}),
    );
    return result;
  }

  async #stopContainers(name: ComponentName): Promise<void> {
    const { graceSeconds, signals } = componentOf(name).stop;
    // one that is not there any more, or never was, is stopped
    for (const container of this.#containers(name))
      await docker(['stop', '--time', String(graceSeconds * signals.length), container]).catch(() => {});
  }

  async #untilHealthy(component: ComponentName, container: string): Promise<void> {
    const { withinSeconds } = componentOf(component).health;
    const deadline = Date.now() + withinSeconds * 1000;
    let health = '';
    while (Date.now() < deadline) {
      health = (await docker(['inspect', '--format', '{{.State.Health.Status}}', container])).trim();
      if (health === 'healthy') return;
      await sleep(POLL_MS);
    }
    const tail = (await docker(['logs', '--tail', '20', container], { both: true }).catch(() => '')).trim();
    throw new InfraError('COMPONENT_NOT_HEALTHY', [component, withinSeconds, `it is ${health}`, tail]);
  }

  #containers(name: ComponentName): string[] {
    const { prefix, replicas } = this.#running(name);
    const component = known(name);
    return Array.from({ length: replicas[name] ?? 1 }, (_, index) =>
      containerName({ prefix, component, replica: index + 1 }),
    );
  }

  #deployed(service: ComponentName): readonly string[] {
    const first = releases[service]?.[0]?.version;
    return this.#running(service).deployed[service] ?? (first === undefined ? [] : [first]);
  }

  #versionOf(service: ComponentName): string {
    return this.#deployed(service).at(-1) ?? '';
  }

  #running(what: string): Settings {
    if (this.#settings === undefined) throw new InfraError('NOT_RUNNING', [what]);
    return this.#settings;
  }
}

function known(name: ComponentName) {
  if (!COMPONENT_NAMES.includes(name))
    throw new InfraError('COMPONENT_UNKNOWN', [name, COMPONENT_NAMES.join(', ')]);
  return componentOf(name);
}
