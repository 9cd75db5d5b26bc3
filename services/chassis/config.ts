import { storefrontError } from './errors.ts';

/** Everything a service can be configured with. Read from the environment only, once, before anything starts. */
export interface Config {
  /** OTEL_SERVICE_NAME */
  service: string;
  /** SERVICE_VERSION, of the release that runs */
  version: string;
  /** DEPLOYMENT_ENVIRONMENT */
  environment: string;
  /** OTEL_EXPORTER_OTLP_ENDPOINT, base URL; `/v1/traces` and `/v1/metrics` are appended */
  otlpEndpoint: string;
  /** LOG_LEVEL, default `info` */
  logLevel: string;
  /** SPAN_QUEUE_SIZE: finished spans kept while the collector is away (1 to 2 KiB each), default 16384 */
  spanQueueSize: number;
  /** HOST, default 127.0.0.1 */
  host: string;
  /** PORT, 0 takes a free one */
  port: number;
  /** METRICS_TOKEN: bearer token of /metrics */
  metricsToken: string;
  /** DATABASE_URL */
  databaseUrl: string;
  /** DATABASE_POOL_MAX: connections a process may hold, default 10 */
  databasePoolMax: number;
  /** CACHE_URL */
  cacheUrl: string;
  /** SESSIONS_URL */
  sessionsUrl: string;
  /** QUEUE_URL */
  queueUrl: string;
  /** AUTH_URL: base URL of auth-service */
  authUrl: string;
  /** OPERATOR_TOKEN: bearer token of the operator's /changes */
  operatorToken: string;
  /** ALLOWED_HOSTS: Host headers (without port) that the operator serves */
  allowedHosts: string[];
  /** WORKER_CONCURRENCY: payments charged at a time by one worker, default 8 */
  workerConcurrency: number;
  /** RECENT_VIEWS_DAYS: days that web-api's record of an activity looks back on, default 1 */
  recentViewsDays: number;
  /** SEED_USERS, default 20000 */
  seedUsers: number;
  /** SEED_PRODUCTS, default 1000 */
  seedProducts: number;
  /** SEED_ORDERS, default 200000 */
  seedOrders: number;
}

interface Field<T> {
  env: string;
  parse(text: string): T | undefined;
  rule: string;
  fallback?: string;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

function text(env: string, fallback?: string): Field<string> {
  const rule = 'must not be empty';
  const parse = (value: string) => value.trim() || undefined;
  return fallback === undefined ? { env, rule, parse } : { env, rule, parse, fallback };
}

function url(env: string, protocols: string[]): Field<string> {
  return {
    env,
    rule: `must be a URL with ${protocols.join(' or ')}`,
    parse: (value) =>
      URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined,
  };
}

function integer(env: string, min: number, max: number, fallback?: string): Field<number> {
  const rule = `must be an integer from ${min} to ${max}`;
  const parse = (value: string) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? number : undefined;
  };
  return fallback === undefined ? { env, rule, parse } : { env, rule, parse, fallback };
}

const fields: { [K in keyof Config]: Field<Config[K]> } = {
  service: {
    env: 'OTEL_SERVICE_NAME',
    rule: 'must match /^[a-z][a-z0-9-]{0,39}$/',
    parse: (value) => (/^[a-z][a-z0-9-]{0,39}$/.test(value) ? value : undefined),
  },
  version: text('SERVICE_VERSION'),
  environment: text('DEPLOYMENT_ENVIRONMENT'),
  otlpEndpoint: url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
  logLevel: {
    env: 'LOG_LEVEL',
    rule: `must be one of ${levels.join(', ')}`,
    parse: (value) => (levels.includes(value) ? value : undefined),
    fallback: 'info',
  },
  spanQueueSize: integer('SPAN_QUEUE_SIZE', 1, 1_000_000, '16384'),
  host: text('HOST', '127.0.0.1'),
  port: integer('PORT', 0, 65535),
  metricsToken: text('METRICS_TOKEN'),
  databaseUrl: url('DATABASE_URL', ['postgres:', 'postgresql:']),
  databasePoolMax: integer('DATABASE_POOL_MAX', 1, 1000, '10'),
  cacheUrl: url('CACHE_URL', ['redis:', 'rediss:']),
  sessionsUrl: url('SESSIONS_URL', ['redis:', 'rediss:']),
  queueUrl: url('QUEUE_URL', ['redis:', 'rediss:']),
  authUrl: url('AUTH_URL', ['http:', 'https:']),
  operatorToken: text('OPERATOR_TOKEN'),
  allowedHosts: {
    env: 'ALLOWED_HOSTS',
    rule: 'must be host names with commas between',
    parse: (value) => (/^[\w.:[\]-]+(,[\w.:[\]-]+)*$/.test(value) ? value.split(',') : undefined),
    fallback: 'localhost,127.0.0.1,[::1],operator',
  },
  workerConcurrency: integer('WORKER_CONCURRENCY', 1, 1000, '8'),
  recentViewsDays: integer('RECENT_VIEWS_DAYS', 1, 400, '1'),
  seedUsers: integer('SEED_USERS', 1, 1_000_000, '20000'),
  seedProducts: integer('SEED_PRODUCTS', 1, 100_000, '1000'),
  seedOrders: integer('SEED_ORDERS', 0, 10_000_000, '200000'),
};

/** What every process needs, the one-shot setup as well. */
export const processFields = [
  'service',
  'version',
  'environment',
  'otlpEndpoint',
  'logLevel',
  'spanQueueSize',
] as const;
/** What every process with a door needs. */
export const serverFields = ['host', 'port', 'metricsToken'] as const;

/**
 * Reads the named fields from `env`; other variables are none of our business and are ignored.
 * @throws CONFIG_INVALID naming every missing or wrong variable at once. Values are not repeated: they may be secret.
 */
export function loadConfig<K extends keyof Config>({
  env = process.env,
  fields: wanted,
}: {
  env?: NodeJS.ProcessEnv;
  fields: readonly K[];
}): Pick<Config, K> {
  const problems: string[] = [];
  const config: Partial<Record<keyof Config, unknown>> = {};
  for (const name of wanted) {
    const field = fields[name];
    const raw = env[field.env] ?? field.fallback;
    const value = raw === undefined ? undefined : field.parse(raw);
    if (raw === undefined) problems.push(`${field.env} is missing, it ${field.rule}`);
    else if (value === undefined) problems.push(`${field.env} ${field.rule}`);
    config[name] = value;
  }
  if (problems.length > 0) throw storefrontError('CONFIG_INVALID', [problems]);
  return config as Pick<Config, K>;
}
