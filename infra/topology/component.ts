import type { Address, Limits, Secrets } from '../target.ts';

export const COMPONENT_NAMES = [
  's3',
  'postgres',
  'cache',
  'queue',
  'collector',
  'database-setup',
  'operator',
  'auth-service',
  'payment-worker',
  'web-api',
  'prometheus',
  'worker',
] as const;
export type ComponentName = (typeof COMPONENT_NAMES)[number];

/** An observer looks at the stack from outside: nothing needs it, and what it logs is not part of the data. */
export type Role = 'store' | 'collector' | 'service' | 'task' | 'observer';

/** The program behind a component; `prometheus` and `worker` only ever come as images. */
export type Program = 'versitygw' | 'postgres' | 'redis' | 'otelcol' | 'node' | 'prometheus' | 'worker';

export type Health =
  | { readonly kind: 'http'; readonly port: string; readonly path: string; readonly withinSeconds: number }
  | { readonly kind: 'postgres'; readonly port: string; readonly withinSeconds: number }
  | { readonly kind: 'redis'; readonly port: string; readonly withinSeconds: number }
  /** A task is done when it exits with code 0. */
  | { readonly kind: 'exit'; readonly withinSeconds: number };

/** What the values of a component depend on, as one replica of it sees them. */
export interface Surroundings {
  /** Where this replica listens, by port name. */
  readonly own: Readonly<Record<string, Address>>;
  /** How this component reaches another one (its first port, unless named). */
  address(component: ComponentName, port?: string): Address;
  readonly secrets: Secrets;
  /** `deployment.environment.name` of all telemetry. */
  readonly environment: string;
  /** Release of a service; '' for everything else. */
  readonly version: string;
  readonly rawPrefix: string;
  readonly limits: Limits;
}

export interface Component {
  readonly name: ComponentName;
  readonly role: Role;
  /** Docker image by its official pinned name; `storefront` is the image built from services/. */
  readonly image: string;
  readonly program: Program;
  /** Port name → number inside a container; the first is the one that others mean by the component's address. */
  readonly ports: Readonly<Record<string, number>>;
  readonly needs: readonly ComponentName[];
  readonly health: Health;
  readonly limits: Limits;
  /** `always`: started again after a crash, with a growing pause. */
  readonly restart: 'always' | 'never';
  /** Each signal is given `graceSeconds`, then comes SIGKILL. */
  readonly stop: { readonly signals: readonly NodeJS.Signals[]; readonly graceSeconds: number };
  /** More than one only where nobody needs to know the address of a replica. */
  readonly maxReplicas: number;
  /** Part of a stack only where it is asked for. */
  readonly optional?: true;
  env(surroundings: Surroundings): Record<string, string>;
  /** Server settings (postgres `-c name=value`, redis `name value`), the same on every target. */
  settings?(surroundings: Surroundings): Record<string, string>;
}

/** Docker images by their official pinned names; `services` is built from services/, `worker` from converters/worker/. */
export const IMAGES = {
  s3: 'minio/minio:RELEASE.2025-09-07T16-13-09Z',
  postgres: 'postgres:18.1-bookworm',
  redis: 'valkey/valkey:8.1.4-bookworm',
  collector: 'otel/opentelemetry-collector-contrib:0.145.0',
  prometheus: 'prom/prometheus:v3.5.0',
  node: 'node:22.21.1-bookworm-slim',
  services: 'storefront:local',
  worker: 'storefront-worker:local',
} as const;

/** How most programs are told to end. */
export const TERM = { signals: ['SIGTERM'], graceSeconds: 10 } as const;

/** `host:port`, as programs want it in their configuration. */
export function hostPort(address: Address | undefined): string {
  if (address === undefined) throw new TypeError('the component has no port of that name');
  return `${address.host}:${address.port}`;
}
