import { rmSync } from 'node:fs';
import { secretsFile, secretsOf } from '../../../docker/secrets-file.ts';
import { type MockedResource, mockedStack } from '../../../docker/testing/mocked-stack.ts';
import type { ComponentName } from '../../../topology/component.ts';
import { componentOf } from '../../../topology.ts';
import { type Fields, type FieldsByComponent, fieldsOf, mount, unnamed, yesOrNo } from './fields.ts';

/** Inputs of `docker:index/container:Container`, as far as they are compared. */
interface Inputs {
  readonly image: string;
  readonly hostname: string;
  readonly user: string;
  readonly memory: number;
  readonly memorySwap: number;
  readonly readOnly: boolean;
  readonly init: boolean;
  readonly capabilities: { readonly drops: readonly string[] };
  readonly securityOpts: readonly string[];
  readonly command: readonly string[];
  readonly entrypoints?: readonly string[];
  readonly envs: readonly string[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly volumes?: readonly { readonly containerPath: string }[];
  readonly dns?: readonly string[];
  readonly ports: readonly { readonly internal: number }[];
  readonly labels: readonly { readonly label: string; readonly value: string }[];
  readonly restart: string;
  readonly stopSignal: string;
  readonly stopTimeout: number;
  readonly logDriver: string;
  readonly logOpts: Readonly<Record<string, string>>;
  readonly healthcheck?: {
    readonly tests: readonly string[];
    readonly interval: string;
    readonly timeout: string;
    readonly retries: number;
    readonly startPeriod: string;
  };
}

/** The containers of the docker target, from the program as it is. */
export async function dockerFields(): Promise<FieldsByComponent> {
  const stack = `test-fields-${process.pid}`;
  try {
    const { resources } = await mockedStack(stack);
    const containers = resources.filter(({ type }) => type === 'docker:index/container:Container');
    return new Map(containers.flatMap((container) => entryOf(container, { ...secretsOf(stack) })));
  } finally {
    rmSync(secretsFile(stack), { force: true });
  }
}

function entryOf({ inputs }: MockedResource, secrets: Readonly<Record<string, string>>): [string, Fields][] {
  const container = inputs as unknown as Inputs;
  const label = (name: string) => container.labels.find(({ label }) => label === name)?.value;
  const component = label('storefront.component');
  // what only readies a volume
  if (component === undefined) return [];
  const { healthcheck: health } = container;
  const forwarded = container.logDriver === 'fluentd';
  const volume = container.volumes?.[0]?.containerPath;
  const fields = fieldsOf({
    image: container.image.replace('sha256:', ''),
    'memory, MiB': String(container.memory),
    'memory and swap, MiB': String(container.memorySwap),
    processes: String(componentOf(component as ComponentName).limits.pids),
    user: container.user,
    'read-only root': yesOrNo(container.readOnly),
    'capabilities dropped': container.capabilities.drops.join(' '),
    'no new privileges': yesOrNo(container.securityOpts.includes('no-new-privileges:true')),
    'init process': yesOrNo(container.init),
    entrypoint: container.entrypoints?.join(' '),
    command: container.command.join(' '),
    ports: container.ports.map(({ internal }) => internal).join(' ') || undefined,
    volume,
    'volume is kept': volume && 'as long as the stack',
    health: health?.tests.join(' '),
    'health, every': health?.interval,
    'health, time-out': health?.timeout,
    'health, retries': health && String(health.retries),
    'health, start': health?.startPeriod.replace('1m0s', '60s'),
    'stop signal': container.stopSignal,
    'stop grace, s': String(container.stopTimeout),
    restart: container.restart,
    'host name': container.hostname,
    'name servers': container.dns?.join(' '),
    logs: forwarded ? 'collector' : 'files of the engine',
    'log tag': forwarded ? container.logOpts.tag : undefined,
    'logs acknowledged': forwarded ? yesOrNo(container.logOpts['fluentd-request-ack'] === 'true') : undefined,
    component,
    version: label('storefront.version') || undefined,
  });
  return [[component, { ...fields, ...memoryMounts(container), ...variables(container, secrets) }]];
}

const memoryMounts = ({ tmpfs }: Inputs): Fields =>
  Object.fromEntries(
    Object.entries(tmpfs).map(([path, options]) => [`tmpfs ${path}`, mount(options.split(','))]),
  );

const variables = ({ envs }: Inputs, secrets: Readonly<Record<string, string>>): Fields =>
  Object.fromEntries(
    envs.map((line) => {
      const at = line.indexOf('=');
      return [`env ${line.slice(0, at)}`, unnamed(line.slice(at + 1), secrets)];
    }),
  );
