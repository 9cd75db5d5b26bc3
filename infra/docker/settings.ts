import { type ByComponent, byComponent, type Get, invalid, isWhole } from '../container/read-settings.ts';
import {
  type BaseImages,
  imageOf,
  readStackSettings,
  type StackSettings,
} from '../container/stack-settings.ts';
import { type ComponentName, IMAGES } from '../topology/component.ts';
import { componentOf } from '../topology.ts';

/** Images that are taken as they are, beside those that others are built upon. */
export interface Images extends BaseImages {
  readonly s3: string;
  readonly postgres: string;
  readonly redis: string;
  /** Storefront's services; built from their sources unless it is given. */
  readonly services?: string;
}

/** What a stack's configuration (Pulumi.<stack>.yaml) says; every field has a default. */
export interface Settings extends StackSettings {
  readonly images: Images;
  /** Port on 127.0.0.1 by component; a component that is not listed is reached from inside only. */
  readonly ports: ByComponent<number>;
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
export function readSettings(get: Get): Settings {
  const stack = readStackSettings(get);
  return {
    ...stack,
    images: {
      ...stack.images,
      s3: imageOf(get, 's3', IMAGES.s3),
      postgres: imageOf(get, 'postgres', IMAGES.postgres),
      redis: imageOf(get, 'redis', IMAGES.redis),
      ...(get('servicesImage') === undefined ? {} : { services: imageOf(get, 'services', '') }),
    },
    ports: { ...PORTS, ...byComponent(get, 'ports', portOf) },
    worker: yesOrNo(get, 'worker'),
  };
}

function yesOrNo(get: Get, key: string): boolean {
  const text = get(key) ?? 'false';
  if (text !== 'true' && text !== 'false') throw invalid(`faultline:${key} must be true or false`, text);
  return text === 'true';
}

function portOf(name: ComponentName, value: unknown): number {
  // those of a component follow its first
  const last = 65_535 - Math.max(0, Object.keys(componentOf(name).ports).length - 1);
  if (!isWhole(value) || value > last)
    throw invalid(`faultline:ports of ${name} must be from 1 to ${last}`, value);
  return value;
}
