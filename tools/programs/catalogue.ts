import { fileURLToPath } from 'node:url';
import type { VersionRange } from './version.ts';

export type ProgramName =
  | 'otelcol'
  | 'versitygw'
  | 'redis'
  | 'k6'
  | 'pulumi'
  | 'pulumi-language-nodejs'
  | 'pulumi-resource-docker'
  | 'prometheus'
  | 'promtool'
  | 'telemetrygen';

/** A Go module of this repository with a committed go.sum, from which a program is built. */
export interface GoModule {
  folder: string;
  /** package to build, seen from the folder */
  package: string;
  version: string;
  /** beyond `-s -w` */
  ldflags: string[];
  /** put before those that it is started with, by a script of its name */
  args?: readonly string[];
  /** time that a cold build takes on two cores */
  usually: string;
}

export interface ProgramSpec {
  name: ProgramName;
  /** file names to look for on PATH, the preferred one first; the first is the name of what we build */
  executables: readonly string[];
  versionArgs: readonly string[];
  /** absent: it does not tell its version, and what answers to `versionArgs` will do */
  versionPattern?: RegExp;
  range?: VersionRange;
  /** collector components without which our configuration does not start */
  components?: readonly string[];
  module?: GoModule;
  /** system packages that hold it, in order of preference; `below` keeps to versions under a free licence */
  debian?: readonly { package: string; below?: string }[];
  /** what to install, by system, for people who have neither it nor the means to make it */
  install: Readonly<Record<string, string>>;
}

const here = (folder: string) => fileURLToPath(new URL(`../${folder}`, import.meta.url));

const GO = {
  'Debian, Ubuntu': 'Go from https://go.dev/dl (the packaged one is often too old)',
  Fedora: 'sudo dnf install golang',
  Alpine: 'apk add go',
  macOS: 'brew install go',
};

/** What comes with the Pulumi CLI where that is installed, and is fetched by it. */
const WITH_PULUMI = {
  ...GO,
  'any system': 'the Pulumi CLI, which brings it: https://www.pulumi.com/docs/install/',
};

const PROMETHEUS = {
  versionArgs: ['--version'],
  versionPattern: /version v?(\d+\.\d+\.\d+)/,
  range: { from: '2.42.0', below: '4.0.0' },
  debian: [{ package: 'prometheus' }],
  install: {
    'Debian, Ubuntu': 'sudo apt-get install prometheus',
    macOS: 'brew install prometheus',
    'any system': 'https://prometheus.io/download/',
  },
} as const;

export const PROGRAMS: Readonly<Record<ProgramName, ProgramSpec>> = {
  otelcol: {
    name: 'otelcol',
    executables: ['otelcol', 'otelcol-contrib'],
    versionArgs: ['--version'],
    versionPattern: /version v?(\d+\.\d+\.\d+)/,
    range: { from: '0.145.0', below: '1.0.0' },
    components: [
      ...['otlp', 'filelog', 'fluentforward', 'postgresql', 'redis'].map((name) => `receivers/${name}`),
      ...['batch', 'memory_limiter', 'resource'].map((name) => `processors/${name}`),
      ...['awss3', 'prometheusremotewrite', 'debug'].map((name) => `exporters/${name}`),
      ...['file_storage', 'health_check'].map((name) => `extensions/${name}`),
    ],
    module: {
      folder: here('otelcol'),
      package: '.',
      version: '0.145.0',
      ldflags: [],
      usually: '2–3 minutes',
    },
    install: {
      ...GO,
      'any system':
        'otelcol-contrib from https://github.com/open-telemetry/opentelemetry-collector-releases/releases',
    },
  },
  versitygw: {
    name: 'versitygw',
    executables: ['versitygw'],
    versionArgs: ['--version'],
    versionPattern: /Version\s*:\s*v?(\d+\.\d+\.\d+)/,
    range: { from: '1.8.0', below: '2.0.0' },
    module: {
      folder: here('versitygw'),
      package: 'github.com/versity/versitygw/cmd/versitygw',
      version: '1.8.0',
      ldflags: ['-X main.Version=v1.8.0'],
      usually: '1–2 minutes',
    },
    install: {
      ...GO,
      'any system': 'versitygw from https://github.com/versity/versitygw/releases',
    },
  },
  redis: {
    name: 'redis',
    executables: ['redis-server', 'valkey-server'],
    versionArgs: ['--version'],
    versionPattern: /v=(\d+\.\d+\.\d+)/,
    // BullMQ needs commands of 6.2
    range: { from: '6.2.0' },
    // Redis is under other terms from 7.4 on: that one is used where people have it, but never fetched
    debian: [{ package: 'valkey-server' }, { package: 'redis-server', below: '7.4.0' }],
    install: {
      'Debian, Ubuntu': 'sudo apt-get install redis-server   (or valkey-server)',
      Fedora: 'sudo dnf install valkey',
      Alpine: 'apk add valkey',
      macOS: 'brew install valkey',
    },
  },
  // AGPL-3.0: used where people have it, never fetched
  k6: {
    name: 'k6',
    executables: ['k6'],
    versionArgs: ['version'],
    versionPattern: /k6(?:\.exe)? v(\d+\.\d+\.\d+)/,
    range: { from: '1.0.0' },
    install: {
      macOS: 'brew install k6',
      'any system': 'https://grafana.com/docs/k6/latest/set-up/install-k6/',
    },
  },
  pulumi: {
    name: 'pulumi',
    executables: ['pulumi'],
    versionArgs: ['version'],
    versionPattern: /v?(\d+\.\d+\.\d+)/,
    range: { from: '3.200.0', below: '4.0.0' },
    module: {
      folder: here('pulumi/cli'),
      package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
      version: '3.255.0',
      ldflags: ['-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.255.0'],
      usually: '4–6 minutes',
    },
    install: {
      ...GO,
      macOS: 'brew install pulumi/tap/pulumi',
      'any system': 'https://www.pulumi.com/docs/install/',
    },
  },
  'pulumi-language-nodejs': {
    name: 'pulumi-language-nodejs',
    executables: ['pulumi-language-nodejs'],
    versionArgs: ['-h'],
    module: {
      folder: here('pulumi/language-nodejs'),
      package: 'github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs',
      version: '3.60.0',
      ldflags: [],
      // the options in Pulumi.yaml, which hosts of this age do not get from later releases of the CLI
      args: ['-typescript=false', '-nodeargs=--import tsx'],
      usually: 'under a minute',
    },
    install: WITH_PULUMI,
  },
  'pulumi-resource-docker': {
    name: 'pulumi-resource-docker',
    executables: ['pulumi-resource-docker'],
    versionArgs: ['--version'],
    versionPattern: /^v?(\d+\.\d+\.\d+)/m,
    // that of the npm package @pulumi/docker
    range: { from: '5.2.0', below: '6.0.0' },
    module: {
      folder: here('pulumi/resource-docker'),
      package: '.',
      version: '5.2.0',
      ldflags: ['-X main.version=5.2.0'],
      usually: '2–5 minutes',
    },
    install: WITH_PULUMI,
  },
  prometheus: { name: 'prometheus', executables: ['prometheus'], ...PROMETHEUS },
  promtool: { name: 'promtool', executables: ['promtool'], ...PROMETHEUS },
  // for tests alone: makes OTLP that is not ours
  telemetrygen: {
    name: 'telemetrygen',
    executables: ['telemetrygen'],
    versionArgs: ['--help'],
    module: {
      folder: here('telemetrygen'),
      package: 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen',
      version: '0.145.0',
      ldflags: [],
      usually: 'a minute',
    },
    install: GO,
  },
};
