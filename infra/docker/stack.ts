import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import { type BuiltImage, builtImage } from '../container/container-images.ts';
import { layered } from '../container/env.ts';
import { launchOf } from '../container/launch.ts';
import type { Secrets } from '../target.ts';
import type { Component, ComponentName } from '../topology/component.ts';
import { componentOf, topologyOf } from '../topology.ts';
import { makeBuckets } from './buckets.ts';
import { type ContainerArgs, done, listOf, ONE_SHOT, StackContainer } from './container.ts';
import { type OwnLabels, ownLabels } from './labels.ts';
import { publishedPorts } from './ports.ts';
import { secretsOf } from './secrets-file.ts';
import { readSettings, type Settings } from './settings.ts';
import { surroundingsOf } from './surroundings.ts';
import { workerContext } from './worker-context.ts';

/** Everything of one stack on a Docker engine, and how it is reached. Outputs are named as the variables that scripts read. */
export function dockerStack(): Record<string, pulumi.Output<string> | string> {
  const config = new pulumi.Config('faultline');
  const settings = readSettings((key) => config.get(key));
  const stack = pulumi.getStack();
  const secrets = secretsOf(stack);
  const images = new Images(settings);
  const { prefix } = settings;
  const labels = ownLabels({ prefix, stack, secrets });
  const network = new docker.Network(
    prefix,
    { name: prefix, driver: 'bridge', labels: listOf(labels) },
    // two of one name are refused, or, by an older engine, made and mixed up
    { deleteBeforeReplace: true },
  );

  // What a component needs is waited for, and is no input of it: replacing one container must not replace others.
  const ready = new Map<ComponentName, pulumi.Output<StackContainer[]>>();
  for (const component of topologyOf('docker', { asked: settings.worker ? ['worker'] : [] })) {
    const needs = component.needs.flatMap((name) => ready.get(name) ?? []);
    const after = pulumi.all(needs).apply((all) => all.flat());
    const made = containersOf({ component, settings, secrets, labels, images, network, after });
    const all = pulumi.all(made.map((container) => container.ready)).apply(() => made);
    ready.set(component.name, component.name === 's3' ? withBuckets(all, { settings, secrets }) : all);
  }
  return outputs(settings, secrets);
}

interface Making {
  readonly component: Component;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly labels: OwnLabels;
  readonly images: Images;
  readonly network: docker.Network;
  /** What the component needs, known when it is healthy. */
  readonly after: pulumi.Output<StackContainer[]>;
}

function containersOf(making: Making): StackContainer[] {
  const { component, settings, labels, network, images, after } = making;
  const { name, role } = component;
  const { prefix } = settings;
  const count = settings.replicas[name] ?? 1;
  const image = images.of(component);
  const volume = volumeOf(making);
  const published = publishedPorts({ component, ports: settings.ports });
  const observed = role !== 'observer' && name !== 's3' && name !== 'collector';
  const forward = publishedPorts({ component: componentOf('collector'), ports: settings.ports }).forward;
  return Array.from({ length: count }, (_, index) => {
    const at = surroundingsOf(component, making);
    const launch = launchOf(component, at);
    const args: ContainerArgs = {
      component,
      replica: index + 1,
      prefix,
      labels,
      image,
      network: network.name,
      launch,
      env: secretValues(layered(launch.env, settings.env[name] ?? {}), making.secrets),
      limits: at.limits,
      version: role === 'service' || role === 'task' ? at.version : '',
      published: index === 0 ? published : {},
      volume,
      forward: observed ? `127.0.0.1:${forward}` : undefined,
    };
    return new StackContainer(args, { dependsOn: after });
  });
}

/** A volume takes its owner from the image's folder at the first mount; MinIO's image has none that another user may write to. */
function volumeOf({ component, settings, secrets, labels, images }: Making) {
  const { volume } = launchOf(component, surroundingsOf(component, { settings, secrets }));
  if (volume === undefined) return undefined;
  const { prefix } = settings;
  const name = `${prefix}-${component.name}`;
  const made = new docker.Volume(name, { name, labels: listOf(labels) });
  if (component.name !== 's3') return made.name;
  const owner = new docker.Container(`${name}-volume`, {
    name: `${name}-volume`,
    image: images.services,
    command: ['node', '--version'],
    user: '1000:1000',
    readOnly: true,
    capabilities: { drops: ['ALL'] },
    securityOpts: ['no-new-privileges:true'],
    memory: 64,
    memorySwap: 64,
    networkMode: 'none',
    volumes: [{ volumeName: made.name, containerPath: volume }],
    labels: listOf(labels),
    ...ONE_SHOT,
  });
  return pulumi.all([made.name, done({ container: owner, pids: 16 })]).apply(([volumeName]) => volumeName);
}

/** The collector must find its bucket: a put into one that is not there is given up at once. */
function withBuckets(
  s3: pulumi.Output<StackContainer[]>,
  { settings, secrets }: { settings: Settings; secrets: Secrets },
): pulumi.Output<StackContainer[]> {
  return s3.apply(async (made) => {
    if (!pulumi.runtime.isDryRun())
      await makeBuckets({ endpoint: `http://127.0.0.1:${settings.ports.s3}`, secrets });
    return made;
  });
}

/** A value with a secret in it is one. */
function secretValues(env: Readonly<Record<string, string>>, secrets: Secrets) {
  const all = Object.values(secrets);
  const holds = (value: string) => all.some((secret) => value.includes(secret));
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, holds(value) ? pulumi.secret(value) : value]),
  );
}

/** Images of the stack: taken as they are, or built on one of those. */
class Images {
  readonly #settings: Settings;
  readonly #made = new Map<string, pulumi.Output<string>>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  get services(): pulumi.Output<string> {
    const { services } = this.#settings.images;
    return services === undefined ? this.#built('services') : this.#taken('services', services);
  }

  of({ program }: Component): pulumi.Output<string> {
    const { images } = this.#settings;
    switch (program) {
      case 'node':
        return this.services;
      case 'otelcol':
        return this.#built('collector');
      case 'prometheus':
        return this.#built('prometheus');
      case 'worker':
        return this.#worker();
      case 'versitygw':
        return this.#taken('s3', images.s3);
      case 'postgres':
        return this.#taken('postgres', images.postgres);
      case 'redis':
        return this.#taken('redis', images.redis);
    }
  }

  #taken(key: string, name: string): pulumi.Output<string> {
    return this.#once(key, () => new docker.RemoteImage(key, { name, keepLocally: true }));
  }

  #built(target: BuiltImage): pulumi.Output<string> {
    return this.#once(target, () => {
      const { build, tag, name } = builtImage(target, this.#settings);
      return new docker.RemoteImage(target, { name: `${name}:${tag}`, build, keepLocally: false });
    });
  }

  #worker(): pulumi.Output<string> {
    const { images, prefix } = this.#settings;
    return this.#once('worker', () => {
      const context = pulumi.output(workerContext({ stack: pulumi.getStack(), nodeImage: images.node }));
      const build = { context: context.folder, buildArgs: { NODE_IMAGE: images.node }, pullParent: false };
      const name = context.tag.apply((tag) => `${prefix}-worker:${tag}`);
      return new docker.RemoteImage('worker', { name, build, keepLocally: false });
    });
  }

  #once(key: string, make: () => docker.RemoteImage): pulumi.Output<string> {
    const made = this.#made.get(key) ?? make().imageId;
    this.#made.set(key, made);
    return made;
  }
}

function outputs({ ports }: Settings, secrets: Secrets): Record<string, pulumi.Output<string> | string> {
  const url = (port: number | undefined) => `http://127.0.0.1:${port}`;
  const collector = publishedPorts({ component: componentOf('collector'), ports });
  return {
    FAULTLINE_WEB_API_URL: url(ports['web-api']),
    FAULTLINE_OPERATOR_URL: url(ports.operator),
    FAULTLINE_PAYMENT_WORKER_URL: url(ports['payment-worker']),
    FAULTLINE_COLLECTOR_URL: url(collector.otlp),
    FAULTLINE_COLLECTOR_COUNTERS_URL: url(collector.counters),
    FAULTLINE_PROMETHEUS_URL: url(ports.prometheus),
    FAULTLINE_RAW: 's3://raw',
    FAULTLINE_DATASETS: 's3://datasets',
    AWS_ENDPOINT_URL_S3: url(ports.s3),
    AWS_REGION: 'us-east-1',
    FAULTLINE_METRICS_TOKEN: pulumi.secret(secrets.metricsToken),
    AWS_ACCESS_KEY_ID: pulumi.secret(secrets.s3AccessKey),
    AWS_SECRET_ACCESS_KEY: pulumi.secret(secrets.s3SecretKey),
  };
}
