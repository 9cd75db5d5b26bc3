import { NO_COUNTERS } from '../collector/counters.ts';
import { CollectorWatch } from '../collector/watch.ts';
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
import type { Component, ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { Changes, type EnvChange } from './changes.ts';
import type { Instance } from './instance.ts';
import { LineCounter, readLines } from './log-files.ts';
import type { EmbeddedOptions } from './options.ts';
import { Stack } from './stack.ts';

const DRAIN_MS = 120_000;
const PROCESS_EVENTS_MS = 10_000;
/** They observe the stack and are no part of what is observed; their logs are left out too (collector/files.yaml). */
const OBSERVERS: ReadonlySet<ComponentName> = new Set(['s3', 'collector']);

/** The stack as child processes of this one. Nothing of it outlives this process: see guardian.js. */
export class EmbeddedTarget implements Target {
  readonly kind = 'embedded';
  readonly found = false;
  readonly #options: EmbeddedOptions;
  readonly #events = new Stream<ProcessEvent>();
  readonly #instances = new Map<ComponentName, Instance[]>();
  readonly #ending = new AbortController();
  #stack: Stack | undefined;
  #processLog: ProcessLog | undefined;
  #watch: CollectorWatch | undefined;
  #report: Promise<CollectorReport> | undefined;
  #stopping: Promise<void> | undefined;
  /** There once everything runs. */
  #changes: Changes | undefined;

  constructor(options: EmbeddedOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    const failed = new AbortController();
    const ending = AbortSignal.any([
      this.#ending.signal,
      failed.signal,
      ...(signal === undefined ? [] : [signal]),
    ]);
    ending.throwIfAborted();
    const stack = await Stack.make(this.#options, ending);
    this.#stack = stack;
    this.#processLog = new ProcessLog({ environment: stack.environment, version: stack.version });
    const started = new Map<ComponentName, Promise<void>>();
    for (const component of stack.components) {
      const needs = component.needs.map((name) => started.get(name));
      started.set(
        component.name,
        Promise.all(needs).then(() => this.#startComponent(component, ending)),
      );
    }
    try {
      await Promise.all(started.values());
      this.#changes = new Changes({
        stack,
        instances: this.#instances,
        makeInstance: (component, replica) => this.#instance(component, replica, this.#ending.signal),
      });
    } catch (error) {
      failed.abort(error);
      await Promise.allSettled(started.values());
      await this.stop();
      throw error;
    }
  }

  stop({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#stopping ??= this.#stop(signal);
    return this.#stopping;
  }

  async stopServices(): Promise<void> {
    const services =
      this.#stack?.components.filter(({ role }) => role === 'service' || role === 'task') ?? [];
    for (const { name } of services.toReversed()) await this.#stopComponent(name);
  }

  stopCollector(options: DrainOptions = {}): Promise<CollectorReport> {
    this.#report ??= this.#stopCollector(options);
    return this.#report;
  }

  async stopStores(): Promise<void> {
    const stores = this.#stack?.components.filter(({ role }) => role === 'store') ?? [];
    await Promise.all(stores.map(({ name }) => this.#stopComponent(name)));
  }

  address(component: ComponentName, port?: string): Address {
    return this.#running(component).address(componentOf(component), port === undefined ? {} : { port });
  }

  secrets(): Secrets {
    return this.#running('the stack').secrets;
  }

  versions(): Readonly<Record<string, string>> {
    const stack = this.#running('the stack');
    const services = stack.components.filter(({ role }) => role === 'service');
    return Object.fromEntries(services.map(({ name }) => [name, stack.versionOf(name)]));
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

  async *logs(component: ComponentName, options: LogOptions = {}): AsyncGenerator<string> {
    const stack = this.#running(component);
    const signal = AbortSignal.any([
      this.#ending.signal,
      ...(options.signal === undefined ? [] : [options.signal]),
    ]);
    const replicas = this.#instances.get(component)?.length ?? 1;
    for (let replica = 1; replica <= replicas; replica += 1) {
      const follow = options.follow === true && replica === replicas;
      yield* readLines(stack.logFile(componentOf(component), replica), { follow, signal });
    }
  }

  events(): AsyncIterableIterator<ProcessEvent> {
    return this.#events.subscribe();
  }

  /** Takes a component down until the returned function is called: what an outage of it does to the rest. */
  async takeDown(component: ComponentName): Promise<() => Promise<void>> {
    const instances = this.#instances.get(component) ?? [];
    await Promise.all(instances.map((instance) => instance.stop()));
    return async () => {
      await Promise.all(instances.map((instance) => instance.start()));
    };
  }

  /** A file that tells how to reach the stack: it goes with it, also when this process is killed. */
  removeAtEnd(path: string): void {
    this.#running('the stack').guard.removeAtEnd(path);
  }

  /** Process of a replica while it runs. */
  pid(component: ComponentName, replica = 1): number | undefined {
    return this.#instances.get(component)?.[replica - 1]?.pid;
  }

  async #stop(signal: AbortSignal | undefined): Promise<void> {
    await this.stopServices();
    await this.stopCollector(signal ? { signal } : {});
    await this.stopStores();
    this.#ending.abort();
    await this.#stack?.dispose();
    this.#events.end();
  }

  async #startComponent(component: Component, ending: AbortSignal): Promise<void> {
    ending.throwIfAborted();
    const since = Date.now();
    const { name } = component;
    if (name === 'collector')
      this.#watch = new CollectorWatch({ url: this.address('collector', 'counters').url });
    const instance = await this.#instance(component, 1, ending);
    this.#instances.set(name, [instance]);
    await instance.start();
    if (name === 'collector') this.#processLog?.open(this.address('collector').url);
    const seconds = ((Date.now() - since) / 1000).toFixed(1);
    this.#options.onProgress?.(`${name} ${component.role === 'task' ? 'done' : 'ready'} after ${seconds} s`);
  }

  #instance(component: Component, replica: number, signal: AbortSignal): Promise<Instance> {
    const onEvent = (event: ProcessEvent) => this.#on(event);
    return this.#running(component.name).instance({ component, replica, signal, onEvent });
  }

  #on(event: ProcessEvent): void {
    if (event.service === 'collector') {
      if (event.type === 'exited') this.#watch?.ended();
      else this.#watch?.started();
    }
    if (!OBSERVERS.has(event.service)) this.#processLog?.write(event);
    this.#events.push(event);
  }

  #changesOf(name: ComponentName): Changes {
    componentOf(name); // refuses a name that is none
    if (this.#changes === undefined || !this.#instances.has(name))
      throw new InfraError('NOT_RUNNING', [name]);
    return this.#changes;
  }

  async #stopComponent(name: ComponentName): Promise<void> {
    await this.#changes?.settled(name);
    await Promise.all((this.#instances.get(name) ?? []).map((instance) => instance.stop()));
  }

  async #stopCollector({ timeoutMs = DRAIN_MS, signal }: DrainOptions): Promise<CollectorReport> {
    const since = Date.now();
    const ready = this.#changes !== undefined; // after a start that failed there is nothing worth waiting for
    const eventsLost = await this.#processLog?.close({ timeoutMs: ready ? PROCESS_EVENTS_MS : 0, signal });
    const except = [...OBSERVERS, 'control'].map((name) => `${name}.log`);
    const lines = new LineCounter({ folder: this.#stack?.state.logs ?? '', except });
    const drained = ready && ((await this.#watch?.drain({ lines, timeoutMs, signal })) ?? false);
    const queued = this.#watch?.total.queued ?? NO_COUNTERS.queued;
    await this.#stopComponent('collector');
    this.#watch?.close();
    const { linesRead = 0, ...counters } = this.#watch?.total ?? NO_COUNTERS;
    return {
      ...counters,
      drained,
      queued,
      linesRead,
      lines: this.#stack === undefined ? 0 : await lines.count(),
      processes: this.#watch?.processes ?? 0,
      processEventsLost: eventsLost ?? 0,
      seconds: (Date.now() - since) / 1000,
    };
  }

  #running(what: string): Stack {
    if (this.#stack === undefined) throw new InfraError('NOT_RUNNING', [what]);
    return this.#stack;
  }
}
