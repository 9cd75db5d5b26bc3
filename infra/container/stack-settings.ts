import { releases } from '../../services/releases.ts';
import { InfraError } from '../errors.ts';
import type { Limits } from '../target.ts';
import { type ComponentName, IMAGES } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { type ByComponent, byComponent, type Get, invalid, isObject, isWhole } from './read-settings.ts';

/** What the images are built upon; each replaceable by the key of its name, such as `faultline:nodeImage`. */
export interface BaseImages {
  readonly collector: string;
  readonly prometheus: string;
  readonly node: string;
}

/** What the configuration of a stack of containers says, whoever runs them; every field has a default. */
export interface StackSettings {
  /** What the names of all that the stack is made of begin with. */
  readonly prefix: string;
  readonly images: BaseImages;
  /** Releases by service in the order in which they were deployed, the present one last. */
  readonly deployed: ByComponent<readonly string[]>;
  readonly replicas: ByComponent<number>;
  /** Laid over the environment; an empty text takes a variable away. */
  readonly env: ByComponent<Readonly<Record<string, string>>>;
  readonly limits: ByComponent<Partial<Limits>>;
}

/** @throws COMPONENT_UNKNOWN, RELEASE_UNKNOWN, REPLICAS_INVALID, SETTING_INVALID */
export function readStackSettings(get: Get): StackSettings {
  const settings: StackSettings = {
    prefix: get('prefix') ?? 'storefront',
    images: {
      collector: imageOf(get, 'collector', IMAGES.collector),
      prometheus: imageOf(get, 'prometheus', IMAGES.prometheus),
      node: imageOf(get, 'node', IMAGES.node),
    },
    deployed: byComponent(get, 'deployed', releasesOf),
    replicas: byComponent(get, 'replicas', replicasOf),
    env: byComponent(get, 'env', envOf),
    limits: byComponent(get, 'limits', limitsOf),
  };
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(settings.prefix))
    throw invalid('faultline:prefix must match /^[a-z][a-z0-9-]{1,30}$/', settings.prefix);
  return settings;
}

/** @param fallback used where `faultline:<name>Image` is not set */
export function imageOf(get: Get, name: string, fallback: string): string {
  const image = get(`${name}Image`) ?? fallback;
  if (!/^\S+$/.test(image)) throw invalid(`faultline:${name}Image must be the name of an image`, image);
  return image;
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

/** Releases of a service in the order in which they were deployed; empty for what has none. */
export function deployedOf(
  { deployed }: Pick<StackSettings, 'deployed'>,
  service: ComponentName,
): readonly string[] {
  const first = releases[service]?.[0]?.version;
  return deployed[service] ?? (first === undefined ? [] : [first]);
}

/** The release of a service that is to run, '' for what has none. */
export const versionOf = (settings: Pick<StackSettings, 'deployed'>, service: ComponentName): string =>
  deployedOf(settings, service).at(-1) ?? '';
