import type { Address } from '../target.ts';
import {
  type Component,
  type ComponentName,
  hostPort,
  IMAGES,
  type Surroundings,
  TERM,
} from './component.ts';

interface ServiceOptions {
  readonly needs: readonly ComponentName[];
  readonly heapMiB: number;
  readonly env: (surroundings: Surroundings) => Record<string, string>;
  readonly maxReplicas?: number;
}

function service(name: ComponentName, { needs, heapMiB, env, maxReplicas = 1 }: ServiceOptions): Component {
  return {
    name,
    role: 'service',
    image: IMAGES.services,
    program: 'node',
    ports: { http: 8080 },
    needs,
    health: { kind: 'http', port: 'http', path: '/health', withinSeconds: 30 },
    limits: { memoryMiB: heapMiB + 112, heapMiB, pids: 64 },
    restart: 'always',
    stop: TERM,
    maxReplicas,
    env: (surroundings) => ({
      ...nodeEnv(name, surroundings),
      HOST: surroundings.own.http?.host ?? '',
      PORT: String(surroundings.own.http?.port),
      METRICS_TOKEN: surroundings.secrets.metricsToken,
      ...env(surroundings),
    }),
  };
}

export const databaseSetup: Component = {
  name: 'database-setup',
  role: 'task',
  image: IMAGES.services,
  program: 'node',
  ports: {},
  needs: ['postgres', 'collector'],
  health: { kind: 'exit', withinSeconds: 180 },
  limits: { memoryMiB: 256, heapMiB: 128, pids: 64 },
  restart: 'never',
  stop: TERM,
  maxReplicas: 1,
  env: (surroundings) => ({
    ...nodeEnv('database-setup', surroundings),
    DATABASE_URL: databaseUrl(surroundings),
  }),
};

export const operator: Component = service('operator', {
  needs: ['database-setup', 'cache', 'queue', 'collector'],
  heapMiB: 96,
  env: (at) => ({
    DATABASE_URL: databaseUrl(at),
    CACHE_URL: cacheUrl(at, 0),
    SESSIONS_URL: cacheUrl(at, 1),
    QUEUE_URL: queueUrl(at),
    OPERATOR_TOKEN: at.secrets.operatorToken,
  }),
});

export const authService: Component = service('auth-service', {
  needs: ['database-setup', 'cache', 'collector'],
  heapMiB: 128,
  env: (at) => ({ DATABASE_URL: databaseUrl(at), SESSIONS_URL: cacheUrl(at, 1) }),
});

export const paymentWorker: Component = service('payment-worker', {
  needs: ['database-setup', 'queue', 'collector'],
  heapMiB: 128,
  maxReplicas: 8, // takes its work from the queue
  env: (at) => ({ DATABASE_URL: databaseUrl(at), QUEUE_URL: queueUrl(at) }),
});

export const webApi: Component = service('web-api', {
  needs: ['database-setup', 'cache', 'queue', 'auth-service', 'collector'],
  heapMiB: 96,
  env: (at) => ({
    DATABASE_URL: databaseUrl(at),
    CACHE_URL: cacheUrl(at, 0),
    QUEUE_URL: queueUrl(at),
    AUTH_URL: at.address('auth-service').url,
  }),
});

function nodeEnv(
  name: ComponentName,
  { address, environment, version, limits }: Surroundings,
): Record<string, string> {
  return {
    NODE_ENV: 'production',
    NODE_OPTIONS: `--max-old-space-size=${limits.heapMiB ?? 128}`,
    OTEL_SERVICE_NAME: name,
    SERVICE_VERSION: version,
    DEPLOYMENT_ENVIRONMENT: environment,
    OTEL_EXPORTER_OTLP_ENDPOINT: address('collector').url,
  };
}

// A managed server's certificate is signed by an authority of the platform, which Node.js does not know: what is sent is
// encrypted, and who answers is left to the network.
const databaseUrl = ({ address, secrets }: Surroundings): string => {
  const { tls } = address('postgres');
  const server = `storefront:${secrets.postgresPassword}@${hostPort(address('postgres'))}`;
  return `postgres://${server}/storefront${tls ? '?sslmode=no-verify' : ''}`;
};

const cacheUrl = (at: Surroundings, database: number): string =>
  redisUrl(at.address('cache'), at.secrets.cachePassword, database);

const queueUrl = (at: Surroundings): string => redisUrl(at.address('queue'), at.secrets.queuePassword, 0);

const redisUrl = (address: Address, password: string, database: number): string =>
  `${address.tls ? 'rediss' : 'redis'}://:${password}@${hostPort(address)}/${database}`;
