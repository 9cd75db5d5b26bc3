import { type Component, IMAGES, TERM } from './component.ts';

export const s3: Component = {
  name: 's3',
  role: 'store',
  image: IMAGES.s3,
  program: 'versitygw',
  ports: { http: 9000 },
  needs: [],
  health: { kind: 'http', port: 'http', path: '/health', withinSeconds: 20 },
  limits: { memoryMiB: 256, pids: 64 },
  restart: 'always',
  stop: TERM,
  maxReplicas: 1,
  env: ({ secrets }) => ({ ROOT_ACCESS_KEY: secrets.s3AccessKey, ROOT_SECRET_KEY: secrets.s3SecretKey }),
};

export const postgres: Component = {
  name: 'postgres',
  role: 'store',
  image: IMAGES.postgres,
  program: 'postgres',
  ports: { sql: 5432 },
  needs: [],
  health: { kind: 'postgres', port: 'sql', withinSeconds: 30 },
  // its buffers, ten sessions of web-api that sort and hash at once, and the temporary files that these write
  limits: { memoryMiB: 448, pids: 128 },
  restart: 'always',
  // SIGINT ends sessions and stops at once (SIGTERM would wait for clients); SIGQUIT makes it kill its own backends,
  // which have process groups of their own.
  stop: { signals: ['SIGINT', 'SIGQUIT'], graceSeconds: 8 },
  maxReplicas: 1,
  env: ({ secrets }) => ({
    POSTGRES_USER: 'storefront',
    POSTGRES_DB: 'storefront',
    POSTGRES_PASSWORD: secrets.postgresPassword,
    POSTGRES_INITDB_ARGS: '--auth-host=scram-sha-256',
  }),
  settings: () => ({
    shared_buffers: '128MB',
    work_mem: '8MB',
    maintenance_work_mem: '64MB',
    effective_cache_size: '512MB',
    max_wal_size: '512MB',
    max_connections: '60',
    max_parallel_workers: '2',
    max_worker_processes: '4',
    password_encryption: 'scram-sha-256',
    shared_preload_libraries: 'pg_stat_statements',
    track_io_timing: 'on',
    // timestamp, process, and for sessions user@database: what the converter parses of these lines
    log_line_prefix: '%m [%p] %q%u@%d ',
    log_timezone: 'UTC',
    timezone: 'UTC',
    log_min_duration_statement: '200ms',
    log_lock_waits: 'on',
    deadlock_timeout: '1s',
    // bound values are people's data; a slow statement is told by its text
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  }),
};

const redis = {
  role: 'store',
  image: IMAGES.redis,
  program: 'redis',
  ports: { redis: 6379 },
  needs: [],
  health: { kind: 'redis', port: 'redis', withinSeconds: 15 },
  limits: { memoryMiB: 128, pids: 32 },
  restart: 'always',
  stop: TERM,
  maxReplicas: 1,
} as const;

export const cache: Component = {
  ...redis,
  name: 'cache',
  env: () => ({}),
  settings: ({ secrets }) => ({
    requirepass: secrets.cachePassword,
    databases: '2', // 0 cache, 1 sessions
    maxmemory: '64mb',
    // What has the shortest time left goes first: cached users live for seconds, sessions for hours, so that a full
    // cache costs hits and not logins. Keys without an expiry are never evicted.
    'maxmemory-policy': 'volatile-ttl',
    appendonly: 'no',
    save: '""', // a cache that starts empty is right after a restart
  }),
};

export const queue: Component = {
  ...redis,
  name: 'queue',
  env: () => ({}),
  settings: ({ secrets }) => ({
    requirepass: secrets.queuePassword,
    databases: '1',
    maxmemory: '96mb',
    'maxmemory-policy': 'noeviction', // BullMQ's jobs are not to be thrown away
    appendonly: 'yes', // and outlive a restart
    appendfsync: 'everysec',
    save: '""',
  }),
};
