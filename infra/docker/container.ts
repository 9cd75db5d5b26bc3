import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import { HEALTH_TIMING, type Launch } from '../container/launch.ts';
import type { Limits } from '../target.ts';
import type { Component } from '../topology/component.ts';
import { runToEnd, setPidsLimit } from './engine.ts';
import type { OwnLabels } from './labels.ts';

export interface ContainerArgs {
  readonly component: Component;
  readonly replica: number;
  readonly prefix: string;
  readonly labels: OwnLabels;
  readonly image: pulumi.Input<string>;
  readonly network: pulumi.Input<string>;
  readonly launch: Launch;
  /** Values of the environment that are secrets are kept encrypted in the state. */
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  readonly limits: Limits;
  /** Release of a service. */
  readonly version: string;
  /** Port on 127.0.0.1 by port name; what is not named is reached from inside only. */
  readonly published: Readonly<Record<string, number>>;
  readonly volume?: pulumi.Input<string> | undefined;
  /** Where the collector takes in the lines of containers, as the engine sees it; undefined: the engine keeps them. */
  readonly forward?: string | undefined;
}

/** Name of a component's container; services are numbered, since there may be more of them. */
export const containerName = ({
  prefix,
  component,
  replica,
}: Pick<ContainerArgs, 'prefix' | 'component' | 'replica'>) =>
  component.role === 'service' ? `${prefix}-${component.name}-${replica}` : `${prefix}-${component.name}`;

/** One topology entry as a container: the same confinement for every one of them. */
export class StackContainer extends pulumi.ComponentResource {
  readonly container: docker.Container;
  /** Known when the container is healthy, or, of a task, has ended with code 0. */
  readonly ready: pulumi.Output<string>;

  constructor(args: ContainerArgs, options: pulumi.ComponentResourceOptions = {}) {
    const { component, launch, limits, published } = args;
    const name = containerName(args);
    super('storefront:docker:Component', name, {}, options);
    const { health, stop } = component;
    const task = component.role === 'task';
    this.container = new docker.Container(
      name,
      {
        name,
        hostname: component.name,
        image: args.image,
        command: [...launch.command],
        ...(launch.entrypoint ? { entrypoints: [...launch.entrypoint] } : {}),
        envs: pulumi.all(args.env).apply((env) =>
          Object.entries(env)
            .map(([key, value]) => `${key}=${value}`)
            .sort(),
        ),
        user: launch.user,
        init: true,
        readOnly: true,
        capabilities: { drops: ['ALL'] },
        securityOpts: ['no-new-privileges:true'],
        memory: limits.memoryMiB,
        memorySwap: limits.memoryMiB,
        tmpfs: { ...launch.tmpfs },
        ...(args.volume && launch.volume
          ? { volumes: [{ volumeName: args.volume, containerPath: launch.volume }] }
          : {}),
        ...(launch.dns ? { dns: [...launch.dns] } : {}),
        networksAdvanced: [{ name: args.network, aliases: [component.name] }],
        ports: Object.entries(published).map(([port, external]) => ({
          internal: component.ports[port] as number,
          external,
          ip: '127.0.0.1',
        })),
        labels: listOf(labelsOf(args)),
        restart: component.restart === 'always' ? 'unless-stopped' : 'no',
        stopSignal: stop.signals[0] ?? 'SIGTERM',
        stopTimeout: stop.graceSeconds * stop.signals.length,
        destroyGraceSeconds: stop.graceSeconds * stop.signals.length,
        ...logging(args),
        ...(task
          ? ONE_SHOT
          : { wait: true, waitTimeout: health.withinSeconds * 4, healthcheck: healthcheck(launch) }),
      },
      // the name and the published port are taken as long as the old one is there
      { parent: this, deleteBeforeReplace: true },
    );
    this.ready = task
      ? done({ container: this.container, pids: limits.pids })
      : this.container.id.apply(async (id) => {
          if (!pulumi.runtime.isDryRun()) await setPidsLimit(id, limits.pids);
          return id;
        });
    this.registerOutputs({ ready: this.ready });
  }
}

/** Made, and started only when its limits are complete. */
export const ONE_SHOT = { start: false, mustRun: false } as const;

/** The id of a one-shot container, known when it has done its work. */
export const done = ({
  container,
  pids,
}: {
  container: docker.Container;
  pids: number;
}): pulumi.Output<string> =>
  pulumi.all([container.id, container.name]).apply(async ([id, name]) => {
    const code = pulumi.runtime.isDryRun() ? 0 : await runToEnd({ container: id, pids });
    if (code !== 0)
      throw new pulumi.ResourceError(`${name} ended with code ${code}; see docker logs ${name}`, container);
    return id;
  });

/** How the containers of a stack are found, by whoever watches the engine's events. */
export const labelsOf = ({ component, replica, labels, version }: ContainerArgs) => ({
  ...labels,
  'storefront.component': component.name,
  'storefront.replica': String(replica),
  'storefront.version': version,
});

/** Labels as the provider takes them. */
export const listOf = (labels: object): { label: string; value: string }[] =>
  Object.entries(labels).map(([label, value]) => ({ label, value }));

/**
 * Lines go to the collector without the container waiting for it: they are kept in memory while it is away, up to the
 * buffer's number of lines. What observes the stack must not feed itself.
 */
function logging({ component, forward }: ContainerArgs): Pick<docker.ContainerArgs, 'logDriver' | 'logOpts'> {
  if (forward === undefined)
    return { logDriver: 'json-file', logOpts: { 'max-size': '10m', 'max-file': '3' } };
  return {
    logDriver: 'fluentd',
    logOpts: {
      'fluentd-address': `tcp://${forward}`,
      'fluentd-async': 'true',
      'fluentd-buffer-limit': '65536',
      'fluentd-retry-wait': '500ms',
      'fluentd-sub-second-precision': 'true',
      'fluentd-request-ack': 'true',
      tag: component.name,
    },
  };
}

function healthcheck({ healthCheck }: Launch) {
  if (healthCheck === undefined) return undefined as never;
  const { intervalSeconds, timeoutSeconds, retries, startMinutes } = HEALTH_TIMING;
  // durations as the engine writes them, or every preview would show a change
  return {
    ...{ tests: [...healthCheck], retries, startPeriod: `${startMinutes}m0s` },
    ...{ interval: `${intervalSeconds}s`, timeout: `${timeoutSeconds}s` },
  };
}
