import { releases } from '../../services/releases.ts';
import { InfraError } from '../errors.ts';
import type { Limits } from '../target.ts';
import { type ComponentName, IMAGES } from '../topology/component.ts';
import { componentOf } from '../topology.ts';

/** Images that are taken as they are, or built upon; each replaceable by the key of its name, such as `faultline:s3Image`. */
export interface Images {
  readonly s3: string;
  readonly postgres: string;
  readonly redis: string;
  readonly collector: string;
  readonly prometheus: string;
  readonly node: string;
  /** Storefront's services; built from their sources unless it is given. */
  readonly services?: string;
}

type ByComponent<T> = Readonly<Partial<Record<ComponentName, T>>>;

/** What a stack's configuration (Pulumi.<stack>.yaml) says; every field has a default. */
export interface Settings {
  /** What the names of containers, network, volumes and images begin with. */
  readonly prefix: string;
  readonly images: Images;
  /** Port on 127.0.0.1 by component; a component that is not listed is reached from inside only. */
  readonly ports: ByComponent<number>;
  /** Releases by service in the order in which they were deployed, the present one last. */
  readonly deployed: ByComponent<readonly string[]>;
  readonly replicas: ByComponent<number>;
  /** Laid over the environment; an empty text takes a variable away. */
  readonly env: ByComponent<Readonly<Record<string, string>>>;
  readonly limits: ByComponent<Partial<Limits>>;
  /** Whether raw objects are converted while the stack runs. */
  readonly worker: boolean;
}

/** First published port of each component; the collector's others follow its first. */
export const PORTS = {
  'web-api': 8080,
  operator: 8081,
  'auth-service': 8082,
  'payment-worker': 8083,
  s3: 9000,
  prometheus: 9090,
  collector: 4318,
} as const;

/**
 * @param get the text of a key of the project's configuration, JSON for all but images and prefix
 * @throws COMPONENT_UNKNOWN, RELEASE_UNKNOWN, REPLICAS_INVALID, SETTING_INVALID
 */
export function readSettings(get: (key: string) => string | undefined): Settings {
  const settings: Settings = {
    prefix: get('prefix') ?? 'storefront',
    images: {
      s3: imageOf(get, 's3', IMAGES.s3),
      postgres: imageOf(get, 'postgres', IMAGES.postgres),
      redis: imageOf(get, 'redis', IMAGES.redis),
      collector: imageOf(get, 'collector', IMAGES.collector),
      prometheus: imageOf(get, 'prometheus', IMAGES.prometheus),
      node: imageOf(get, 'node', IMAGES.node),
      ...(get('servicesImage') === undefined ? {} : { services: imageOf(get, 'services', '') }),
    },
    ports: { ...PORTS, ...byComponent(get, 'ports', portOf) },
    deployed: byComponent(get, 'deployed', releasesOf),
    replicas: byComponent(get, 'replicas', replicasOf),
    env: byComponent(get, 'env', envOf),
    limits: byComponent(get, 'limits', limitsOf),
    worker: yesOrNo(get, 'worker'),
  };
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(settings.prefix))
    throw invalid('faultline:prefix must match /^[a-z][a-z0-9-]{1,30}$/', settings.prefix);
  return settings;
}

type Get = (key: string) => string | undefined;

function imageOf(get: Get, name: keyof Images, fallback: string): string {
  const image = get(`${name}Image`) ?? fallback;
  if (!/^\S+$/.test(image)) throw invalid(`faultline:${name}Image must be the name of an image`, image);
  return image;
}

function yesOrNo(get: Get, key: string): boolean {
  const text = get(key) ?? 'false';
  if (text !== 'true' && text !== 'false') throw invalid(`faultline:${key} must be true or false`, text);
  return text === 'true';
}

/** @param read checks the value of one component, and gives what it stands for */
function byComponent<T>(
  get: Get,
  key: string,
  read: (name: ComponentName, value: unknown) => T,
): ByComponent<T> {
  const text = get(key) ?? '{}';
  const entries = Object.entries(parse(key, text)).map(([name, value]) => {
    const component = componentOf(name as ComponentName);
    return [name, read(component.name, value)];
  });
  return Object.fromEntries(entries);
}

function parse(key: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!isObject(value)) throw invalid(`faultline:${key} must be an object by component`, text);
  return value;
}

function portOf(name: ComponentName, value: unknown): number {
  // those of a component follow its first
  const last = 65_535 - Math.max(0, Object.keys(componentOf(name).ports).length - 1);
  if (!isWhole(value) || value > last)
    throw invalid(`faultline:ports of ${name} must be from 1 to ${last}`, value);
  return value;
}

function releasesOf(name: ComponentName, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw invalid(`faultline:deployed of ${name} must be a list of releases`, value);
  const known = (releases[name] ?? []).map(({ version }) => version);
  for (const version of value)
    if (!known.includes(version)) throw new InfraError('RELEASE_UNKNOWN', [name, version, known.join(', ')]);
  return value;
}

function replicasOf(name: ComponentName, value: unknown): number {
  const { maxReplicas } = componentOf(name);
  if (!isWhole(value) || value > maxReplicas)
    throw new InfraError('REPLICAS_INVALID', [name, maxReplicas, value]);
  return value;
}

/** `pulumi config set --path` writes what looks like a number or a truth value as one. */
function envOf(name: ComponentName, value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value) || Object.values(value).some((text) => typeof text === 'object'))
    throw invalid(`faultline:env of ${name} must be texts by name`, value);
  return Object.fromEntries(Object.entries(value).map(([variable, text]) => [variable, String(text)]));
}

function limitsOf(name: ComponentName, value: unknown): Partial<Limits> {
  const known = ['memoryMiB', 'heapMiB', 'pids'];
  if (
    !isObject(value) ||
    !Object.entries(value).every(([key, limit]) => known.includes(key) && isWhole(limit))
  )
    throw invalid(`faultline:limits of ${name} must be whole numbers of ${known.join(', ')}`, value);
  return value;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
const invalid = (rule: string, value: unknown) => new InfraError('SETTING_INVALID', [rule, value]);

/** Releases of a service in the order in which they were deployed; empty for what has none. */
export function deployedOf({ deployed }: Settings, service: ComponentName): readonly string[] {
  const first = releases[service]?.[0]?.version;
  return deployed[service] ?? (first === undefined ? [] : [first]);
}

/** The release of a service that is to run, '' for what has none. */
export const versionOf = (settings: Settings, service: ComponentName): string =>
  deployedOf(settings, service).at(-1) ?? '';
