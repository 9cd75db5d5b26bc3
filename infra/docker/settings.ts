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
}

const NODE_IMAGE = 'node:22.21.1-bookworm-slim';

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
 * @throws RELEASE_UNKNOWN, REPLICAS_INVALID, SETTING_INVALID
 */
export function readSettings(get: (key: string) => string | undefined): Settings {
  const image = (name: keyof Images, fallback: string) => get(`${name}Image`) ?? fallback;
  const object = <T>(key: string): ByComponent<T> => parse(key, get(key) ?? '{}');
  const settings: Settings = {
    prefix: get('prefix') ?? 'storefront',
    images: {
      s3: image('s3', IMAGES.s3),
      postgres: image('postgres', IMAGES.postgres),
      redis: image('redis', IMAGES.redis),
      collector: image('collector', IMAGES.collector),
      prometheus: image('prometheus', IMAGES.prometheus),
      node: image('node', NODE_IMAGE),
    },
    ports: { ...PORTS, ...object<number>('ports') },
    deployed: object('deployed'),
    replicas: object('replicas'),
    env: object('env'),
    limits: object('limits'),
  };
  check(settings);
  return settings;
}

function parse<T>(key: string, text: string): ByComponent<T> {
  try {
    return JSON.parse(text) as ByComponent<T>;
  } catch {
    throw new InfraError('SETTING_INVALID', [`faultline:${key} must be an object by component`, text]);
  }
}

function check({ prefix, ports, deployed, replicas }: Settings): void {
  if (!/^[a-z][a-z0-9-]{1,30}$/.test(prefix))
    throw new InfraError('SETTING_INVALID', ['faultline:prefix must match /^[a-z][a-z0-9-]{1,30}$/', prefix]);
  for (const [name, port] of Object.entries(ports))
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new InfraError('SETTING_INVALID', [`faultline:ports of ${name} must be from 1 to 65535`, port]);
  for (const [name, versions] of Object.entries(deployed)) {
    const known = (releases[name] ?? []).map(({ version }) => version);
    for (const version of versions)
      if (!known.includes(version))
        throw new InfraError('RELEASE_UNKNOWN', [name, version, known.join(', ')]);
  }
  for (const [name, count] of Object.entries(replicas)) {
    const { maxReplicas } = componentOf(name as ComponentName);
    if (!Number.isInteger(count) || count < 1 || count > maxReplicas)
      throw new InfraError('REPLICAS_INVALID', [name, maxReplicas, count]);
  }
}
