import { HEALTH_TIMING, type Launch } from '../container/launch.ts';
import type { Component } from '../topology/component.ts';

/** A container of a task, as ECS takes it (ContainerDefinition of its API). */
export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  readonly essential: boolean;
  /** MiB; more of it ends the container. */
  readonly memory: number;
  readonly user: string;
  readonly readonlyRootFilesystem: true;
  readonly linuxParameters: LinuxParameters;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly portMappings: readonly { readonly containerPort: number; readonly protocol: 'tcp' }[];
  readonly mountPoints: readonly { readonly sourceVolume: string; readonly containerPath: string }[];
  readonly stopTimeout: number;
  readonly logConfiguration: LogConfiguration;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly healthCheck?: HealthCheck;
  readonly dockerLabels?: Readonly<Record<string, string>>;
  readonly firelensConfiguration?: {
    readonly type: 'fluentbit';
    readonly options: Readonly<Record<string, string>>;
  };
  readonly restartPolicy?: { readonly enabled: true; readonly restartAttemptPeriod: number };
}

interface LinuxParameters {
  readonly initProcessEnabled: true;
  readonly capabilities: { readonly drop: readonly ['ALL'] };
  readonly tmpfs: readonly {
    readonly containerPath: string;
    /** MiB */
    readonly size: number;
    readonly mountOptions: readonly string[];
  }[];
}

export interface LogConfiguration {
  readonly logDriver: 'awslogs' | 'awsfirelens';
  readonly options: Readonly<Record<string, string>>;
}

interface HealthCheck {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  readonly startPeriod: number;
}

/** ECS takes no shorter one, s. */
const SHORTEST_INTERVAL = 5;
/** Failures of a check in a row after which something is replaced: as many as ECS and load balancers take. */
export const MOST_RETRIES = 10;
/** A container that ends is started again in its task, if it ran for so long, s: the shortest that ECS takes. */
const RESTART_AFTER = 60;
/** The one disk of a task that its containers may have a part of. */
export const DATA = 'data';

type Texts = Readonly<Record<string, string>>;

export interface ContainerOptions {
  readonly name: string;
  readonly image: string;
  readonly memoryMiB: number;
  readonly launch: Pick<Launch, 'user' | 'tmpfs'> & Partial<Launch>;
  readonly environment: Texts;
  /** Where ECS gets a variable's value from, by its name. */
  readonly secrets: Texts;
  readonly ports: readonly number[];
  readonly stopSeconds: number;
  readonly logConfiguration: LogConfiguration;
  readonly labels?: Texts;
  /** Failures in a row after which it is replaced. */
  readonly retries?: number;
}

/** The same confinement for every container. What Fargate has no field for (privileged, devices) it does not allow either. */
export function containerDefinition(options: ContainerOptions): ContainerDefinition {
  const { launch } = options;
  return {
    ...{ name: options.name, image: options.image, essential: true, memory: options.memoryMiB },
    ...{ user: launch.user, readonlyRootFilesystem: true },
    linuxParameters: {
      initProcessEnabled: true,
      capabilities: { drop: ['ALL'] },
      tmpfs: tmpfsOf(launch.tmpfs),
    },
    ...(launch.entrypoint && { entryPoint: launch.entrypoint }),
    ...(launch.command && { command: launch.command }),
    environment: sorted(options.environment).map(([name, value]) => ({ name, value })),
    secrets: sorted(options.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    portMappings: options.ports.map((containerPort) => ({ containerPort, protocol: 'tcp' })),
    mountPoints: launch.volume ? [{ sourceVolume: DATA, containerPath: launch.volume }] : [],
    ...(launch.healthCheck && { healthCheck: healthCheckOf(launch.healthCheck, options.retries) }),
    stopTimeout: options.stopSeconds,
    logConfiguration: options.logConfiguration,
    ...(options.labels && { dockerLabels: options.labels }),
  };
}

/**
 * Started again in its task: what it has on the task's disk is there still. For the collector, whose queue is on that disk; of
 * every other component the end of the process is the end of the task, which ECS tells.
 */
export const restarting = (container: ContainerDefinition): ContainerDefinition => ({
  ...container,
  restartPolicy: { enabled: true, restartAttemptPeriod: RESTART_AFTER },
});

/** Seconds that a component is given to end, over all its signals. */
export const stopSecondsOf = ({ stop }: Component): number => stop.graceSeconds * stop.signals.length;

const sorted = (texts: Texts) => Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1));

function healthCheckOf(command: readonly string[], retries: number = HEALTH_TIMING.retries): HealthCheck {
  const { intervalSeconds, timeoutSeconds, startMinutes } = HEALTH_TIMING;
  return {
    ...{ command, retries, timeout: timeoutSeconds, startPeriod: startMinutes * 60 },
    interval: Math.max(SHORTEST_INTERVAL, intervalSeconds),
  };
}

/** The options of a mount, in which the size is a field of its own. */
const tmpfsOf = (tmpfs: Texts): LinuxParameters['tmpfs'] =>
  sorted(tmpfs).map(([containerPath, options]) => {
    const all = options.split(',');
    const [, size] = /size=(\d+)m/.exec(options) ?? [];
    if (size === undefined) throw new TypeError(`${containerPath} must have a size in MiB, got ${options}`);
    return { containerPath, size: Number(size), mountOptions: all.filter((one) => !one.startsWith('size=')) };
  });
