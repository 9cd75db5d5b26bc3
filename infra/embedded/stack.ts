import { InfraError } from '../errors.ts';
import { probeHttp, probePostgres, probeRedis } from '../health.ts';
import { makeSecrets } from '../secrets.ts';
import type { Address, Limits, ProcessEvent, Secrets } from '../target.ts';
import type { Component, ComponentName, Program, Surroundings } from '../topology/component.ts';
import { componentOf, topologyOf } from '../topology.ts';
import type { Launch } from './child.ts';
import { Guard } from './guard.ts';
import { Instance } from './instance.ts';
import { logFileOf } from './log-files.ts';
import type { EmbeddedOptions, Release } from './options.ts';
import { Ports } from './ports.ts';
import type { LaunchContext } from './programs/context.ts';
import { nodeLaunch } from './programs/node.ts';
import { otelcolLaunch } from './programs/otelcol.ts';
import { PostgresServer } from './programs/postgres.ts';
import { findPrograms } from './programs/programs.ts';
import { redisLaunch } from './programs/redis.ts';
import { versitygwLaunch } from './programs/versitygw.ts';
import { makeState, removeState, type StackState, temporaryPaths, writeRecord } from './state.ts';

const HOST = '127.0.0.1';

/** What runs of one service, and what was laid over the topology for it. */
export interface ServiceState {
  /** Deployed releases, the present one last. */
  readonly deployed: readonly Release[];
  readonly env: Readonly<Record<string, string | null>>;
  readonly limits: Partial<Limits>;
}

/** The parts of one embedded stack: its folders, ports, secrets, programs, and the instances made of them. */
export class Stack {
  readonly components: readonly Component[];
  readonly secrets: Secrets = makeSecrets();
  readonly state: StackState;
  readonly guard: Guard;
  readonly environment: string;
  readonly #options: EmbeddedOptions;
  readonly #ports = new Ports();
  readonly #services = new Map<ComponentName, ServiceState>();
  readonly #postgres = new PostgresServer();
  #programs: ReadonlyMap<Program, string> = new Map();

  private constructor(options: EmbeddedOptions, { state, guard }: { state: StackState; guard: Guard }) {
    this.#options = options;
    this.state = state;
    this.guard = guard;
    this.environment = options.environment ?? 'local';
    this.components = withNeeds(options.components ?? topologyOf('embedded').map(({ name }) => name));
    for (const { name, role } of this.components) {
      const [first] = options.services.releases[name] ?? [];
      const release = first ?? { version: role === 'task' ? this.version : '', bundle: name };
      this.#services.set(name, { deployed: [release], env: options.env?.[name] ?? {}, limits: {} });
    }
  }

  /** @throws STATE_IN_USE, PORT_BUSY, NO_FREE_PORT, and what finding a program throws */
  static async make(options: EmbeddedOptions, signal: AbortSignal): Promise<Stack> {
    const state = await makeState(options.stateDir);
    const guard = Guard.start();
    for (const path of temporaryPaths(state).toReversed()) guard.removeAtEnd(path);
    await writeRecord(state, { guardian: guard.pid });
    const stack = new Stack(options, { state, guard });
    try {
      for (const component of stack.components) {
        await stack.#reserve(component, 1, options.ports?.[component.name]);
      }
      stack.#programs = await findPrograms({
        names: new Set(stack.components.map(({ program }) => program)),
        given: options.programs ?? {},
        signal,
        ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
      });
      await writeRecord(state, { guardian: guard.pid, addresses: stack.#addresses() });
      return stack;
    } catch (error) {
      await stack.dispose();
      throw error;
    }
  }

  /** The version of the stack as a whole: that of its entrance, or of any service. */
  get version(): string {
    const { releases } = this.#options.services;
    return (releases['web-api'] ?? Object.values(releases)[0])?.[0]?.version ?? '0.0.0';
  }

  service(name: ComponentName): ServiceState {
    const service = this.#services.get(name);
    if (service === undefined) throw new InfraError('NOT_RUNNING', [name]);
    return service;
  }

  setService(name: ComponentName, service: ServiceState): void {
    this.#services.set(name, service);
  }

  /** @throws RELEASE_UNKNOWN */
  release(name: ComponentName, version: string): Release {
    const releases = this.#options.services.releases[name] ?? [];
    const release = releases.find((candidate) => candidate.version === version);
    if (release !== undefined) return release;
    throw new InfraError('RELEASE_UNKNOWN', [
      name,
      version,
      releases.map((known) => known.version).join(', '),
    ]);
  }

  versionOf(name: ComponentName): string {
    return this.service(name).deployed.at(-1)?.version ?? '';
  }

  address(component: Component, { port, replica = 1 }: { port?: string; replica?: number } = {}): Address {
    const name = port ?? Object.keys(component.ports)[0] ?? '';
    const number = this.#ports.get({ component: component.name, replica, name });
    if (number === undefined) throw new InfraError('NOT_RUNNING', [component.name]);
    return { host: HOST, port: number, url: `http://${HOST}:${number}` };
  }

  /** A new replica, not yet started. */
  async instance(options: {
    component: Component;
    replica: number;
    signal: AbortSignal;
    onEvent: (event: ProcessEvent) => void;
  }): Promise<Instance> {
    const { component, replica } = options;
    if (replica > 1) await this.#reserve(component, replica);
    return new Instance({
      ...options,
      logFile: this.logFile(component, replica),
      guard: this.guard,
      launch: async () => ({
        launch: await this.#launch(component, replica),
        version: this.versionOf(component.name),
      }),
      probe: () => this.#probe(component, replica),
    });
  }

  logFile({ name, role }: Component, replica: number): string {
    return logFileOf({ logs: this.state.logs, component: name, replica, numbered: role === 'service' });
  }

  /** Removes what is only of use to a running stack. */
  async dispose(): Promise<void> {
    await this.#ports.releaseAll();
    await this.#postgres.remove();
    await removeState(this.state);
    await this.guard.goodbye();
  }

  async #reserve(component: Component, replica: number, first = 0): Promise<void> {
    for (const [index, name] of Object.keys(component.ports).entries()) {
      const slot = { component: component.name, replica, name };
      if (this.#ports.get(slot) === undefined)
        await this.#ports.reserve({ ...slot, port: index === 0 ? first : 0 });
    }
  }

  async #launch(component: Component, replica: number): Promise<Launch> {
    const { name, program } = component;
    const surroundings = this.#surroundings(component, replica);
    const context: LaunchContext = {
      component,
      surroundings,
      env: layered(component.env(surroundings), this.service(name).env),
      program: this.#programs.get(program) ?? '',
      state: this.state,
      guard: this.guard,
    };
    const launch = await this.#launchOf(context);
    for (const port of Object.keys(component.ports))
      await this.#ports.handOver({ component: name, replica, name: port });
    return launch;
  }

  #launchOf(context: LaunchContext): Promise<Launch> {
    const { name, program } = context.component;
    switch (program) {
      case 'postgres':
        return this.#postgres.launch(context);
      case 'redis':
        return redisLaunch(context);
      case 'versitygw':
        return versitygwLaunch(context, this.#options);
      case 'otelcol':
        return otelcolLaunch(context);
      case 'prometheus':
      case 'worker':
        throw new TypeError(`${program} only ever comes as an image`);
      case 'node':
        return nodeLaunch(context, {
          dist: this.#options.services.dist,
          bundle: this.service(name).deployed.at(-1)?.bundle ?? name,
        });
    }
  }

  #surroundings(component: Component, replica: number): Surroundings {
    const own = Object.keys(component.ports).map((port) => [
      port,
      this.address(component, { port, replica }),
    ]);
    return {
      own: Object.fromEntries(own),
      address: (name, port) => this.address(componentOf(name), port === undefined ? {} : { port }),
      secrets: this.secrets,
      environment: this.environment,
      version: this.versionOf(component.name),
      rawPrefix: this.#options.rawPrefix ?? 'raw',
      limits: { ...component.limits, ...this.service(component.name).limits },
    };
  }

  async #probe(component: Component, replica: number): Promise<void> {
    const { health } = component;
    if (health.kind === 'exit') return;
    const address = this.address(component, { port: health.port, replica });
    if (health.kind === 'http') return probeHttp({ address, path: health.path });
    if (health.kind === 'postgres') {
      await this.#postgres.ready();
      return probePostgres({ address });
    }
    const password = component.name === 'queue' ? this.secrets.queuePassword : this.secrets.cachePassword;
    return probeRedis({ address, password });
  }

  #addresses(): Record<string, string> {
    return Object.fromEntries(
      this.components
        .filter(({ ports }) => Object.keys(ports).length > 0)
        .map((component) => [component.name, this.address(component).url]),
    );
  }
}

function layered(
  env: Record<string, string>,
  over: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const all = Object.entries({ ...env, ...over });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** The named components and all that they need, in the order of the topology. */
function withNeeds(names: readonly ComponentName[]): readonly Component[] {
  const wanted = new Set<ComponentName>();
  const want = (name: ComponentName) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    componentOf(name).needs.forEach(want);
  };
  names.forEach(want);
  return topologyOf('embedded').filter(({ name }) => wanted.has(name));
}
