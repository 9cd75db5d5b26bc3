import { releases } from '../../services/releases.ts';
import type { Component, ComponentName, Surroundings } from '../topology/component.ts';

/** How a component is started as a container: what is particular to its image. */
export interface Launch {
  /** Numeric, so that no container needs a user of that name. */
  readonly user: string;
  readonly entrypoint?: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Exits 0 when healthy; run inside the container, with what the image has. Tasks have none. */
  readonly healthCheck?: readonly string[];
  /** Where its named volume is mounted. */
  readonly volume?: string;
  /** Servers for the names that the stack's own network does not know. */
  readonly dns?: readonly string[];
  /** Writable folders in memory, by path, with their mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
}

/** How often, and for how long, a container is asked for its health. A failure within the first minutes does not count. */
export const HEALTH_TIMING = { intervalSeconds: 3, timeoutSeconds: 5, retries: 5, startMinutes: 1 } as const;

const tmpfs = (uid: number, sizeMiB: number) =>
  `rw,noexec,nosuid,nodev,size=${sizeMiB}m,uid=${uid},gid=${uid},mode=0700`;

const NODE = 1000;
const POSTGRES = 999;
const VALKEY = 999;
const COLLECTOR = 10001;
const NOBODY = 65534;

// Settings with secrets among them come in by the environment and are written to memory, so that no command line has them.
const FROM_ENVIRONMENT = 'umask 077 && printf "%s" "$SERVER_SETTINGS" > /run/storefront/server.conf';

export function launchOf(component: Component, at: Surroundings): Launch {
  const env = component.env(at);
  switch (component.program) {
    case 'node':
      return {
        user: `${NODE}:${NODE}`,
        command: nodeCommand(component.name, at.version),
        env,
        ...(component.role === 'task' ? {} : { healthCheck: ask(component) }),
        tmpfs: { '/tmp': tmpfs(NODE, 16) },
      };
    case 'versitygw':
      return {
        user: `${NODE}:${NODE}`,
        command: ['server', '/data/objects', '--address', `:${component.ports.http}`],
        env: {
          MINIO_ROOT_USER: at.secrets.s3AccessKey,
          MINIO_ROOT_PASSWORD: at.secrets.s3SecretKey,
          MINIO_BROWSER: 'off',
          MINIO_UPDATE: 'off',
          HOME: '/tmp',
        },
        healthCheck: ['CMD', 'curl', '-fsS', `http://127.0.0.1:${component.ports.http}/minio/health/live`],
        volume: '/data',
        tmpfs: { '/tmp': tmpfs(NODE, 64) },
      };
    case 'postgres':
      return {
        user: `${POSTGRES}:${POSTGRES}`,
        command: [
          'postgres',
          ...Object.entries(component.settings?.(at) ?? {}).flatMap(([name, value]) => [
            '-c',
            `${name}=${value}`,
          ]),
        ],
        env: { ...env, PGDATA: '/var/lib/postgresql/storefront' },
        healthCheck: ['CMD', 'pg_isready', '-q', '-h', '127.0.0.1', '-U', 'storefront', '-d', 'storefront'],
        volume: '/var/lib/postgresql',
        tmpfs: { '/tmp': tmpfs(POSTGRES, 64), '/var/run/postgresql': tmpfs(POSTGRES, 4) },
      };
    case 'redis': {
      const settings: Record<string, string> = {
        dir: '/data',
        loglevel: 'notice',
        ...component.settings?.(at),
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
      return {
        user: `${VALKEY}:${VALKEY}`,
        entrypoint: ['/bin/sh', '-c'],
        command: [`${FROM_ENVIRONMENT} && exec valkey-server /run/storefront/server.conf`],
        env: { ...env, SERVER_SETTINGS: lines.join(''), REDISCLI_AUTH: settings.requirepass ?? '' },
        healthCheck: ['CMD-SHELL', 'test "$(valkey-cli ping)" = PONG'],
        volume: '/data',
        tmpfs: { '/tmp': tmpfs(VALKEY, 16), '/run/storefront': tmpfs(VALKEY, 1) },
      };
    }
    case 'otelcol':
      return {
        user: `${COLLECTOR}:${COLLECTOR}`,
        command: [
          ...['otelcol.yaml', 'forward.yaml', 'remote-write.yaml'],
          ...(at.address('postgres').tls ? ['managed-stores.yaml'] : []),
        ].flatMap((file) => ['--config', `/etc/otelcol/${file}`]),
        env: {
          ...env,
          QUEUE_DIR: '/var/lib/otelcol',
          REMOTE_WRITE_ENDPOINT: `${at.address('prometheus').url}/api/v1/write`,
        },
        healthCheck: ask(component),
        // A name is known while its container runs. To be told that there is no such host makes the exporter give up what it
        // holds; to get no answer makes it try again. So nobody is there to say it.
        dns: ['127.0.0.1'],
        volume: '/var/lib/otelcol',
        tmpfs: { '/tmp': tmpfs(COLLECTOR, 16) },
      };
    case 'worker':
      return {
        user: `${NODE}:${NODE}`,
        command: ['node', 'index.mjs'],
        env,
        healthCheck: ask(component),
        tmpfs: { '/tmp': tmpfs(NODE, 16) },
      };
    case 'prometheus':
      return {
        user: `${NOBODY}:${NOBODY}`,
        entrypoint: ['/bin/sh', '-c'],
        command: [
          [
            'umask 077 && printf "%s" "$METRICS_TOKEN" > /run/storefront/metrics-token && exec /bin/prometheus',
            '--config.file=/etc/prometheus/prometheus.yml',
            '--storage.tsdb.path=/prometheus --storage.tsdb.retention.time=2d --storage.tsdb.retention.size=1GB',
            `--web.listen-address=0.0.0.0:${component.ports.http} --web.enable-remote-write-receiver`,
          ].join(' '),
        ],
        env,
        healthCheck: ['CMD', 'wget', '-q', '--spider', `http://127.0.0.1:${component.ports.http}/-/healthy`],
        volume: '/prometheus',
        tmpfs: { '/tmp': tmpfs(NOBODY, 16), '/run/storefront': tmpfs(NOBODY, 1) },
      };
  }
}

/**
 * Asks over HTTP with what every Debian has: bash opens the connection itself. To start Node.js every few seconds would take
 * more of the processor than the services do.
 */
export function askHttp({
  port,
  path,
  well = [200],
}: {
  port: number | undefined;
  path: string;
  /** Answers of one that is well. */
  well?: readonly number[];
}): readonly string[] {
  const codes = well.map((code) => `[ "$code" = ${code} ]`);
  const isWell = codes.length === 1 ? codes[0] : `{ ${codes.join(' || ')}; }`;
  const request = `GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${request}' >&3 && read -r _ code _ <&3 && ${isWell}`;
  return ['CMD', 'bash', '-c', script];
}

function ask({ health, ports }: Component): readonly string[] {
  if (health.kind !== 'http') throw new TypeError('only what speaks HTTP can be asked');
  return askHttp({ port: ports[health.port], path: health.path });
}

/** What starts a release of a service in its image, which has all of them. */
export const nodeCommand = (name: ComponentName, version: string): string[] => [
  'node',
  '--import',
  './dist/telemetry.cjs',
  `./dist/${bundleOf(name, version)}.cjs`,
];

function bundleOf(name: ComponentName, version: string): string {
  return releases[name]?.find((release) => release.version === version)?.bundle ?? name;
}
