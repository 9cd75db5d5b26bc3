import assert from 'node:assert/strict';
import type { Component, ComponentName } from '../../topology/component.ts';
import { componentOf } from '../../topology.ts';
import { docker } from '../engine.ts';
import type { TestStack } from './test-stack.ts';

/** `docker inspect`, as far as it is looked at. */
export interface Inspected {
  readonly Name: string;
  readonly Config: {
    readonly Image: string;
    readonly User: string;
    readonly Env: readonly string[] | null;
    readonly Labels: Readonly<Record<string, string>>;
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly HostConfig: Readonly<Record<string, unknown>> & {
    readonly LogConfig: { readonly Type: string };
    readonly RestartPolicy: { readonly Name: string };
    readonly PortBindings: Readonly<Record<string, readonly { HostIp: string }[]>> | null;
  };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Source?: string }[];
  readonly NetworkSettings: {
    readonly Ports: Readonly<Record<string, readonly { HostIp: string }[] | null>>;
    readonly Networks: Readonly<Record<string, unknown>>;
  };
  readonly State: { readonly Health?: { readonly Status: string } };
}

/** Every container of the stack, also those that have ended. */
export async function inspectAll({ prefix, name }: Pick<TestStack, 'prefix' | 'name'>): Promise<Inspected[]> {
  const label = `label=storefront.stack=${prefix}.${name}`;
  const ids = (await docker(['ps', '--all', '--quiet', '--filter', label])).trim().split('\n');
  return JSON.parse(await docker(['inspect', ...ids])) as Inspected[];
}

/** @throws when the engine shows a right or a door that the container must not have */
export function assertConfined(container: Inspected, prefix: string): void {
  const { Config, HostConfig, Mounts, NetworkSettings, Name, State } = container;
  const component = componentOfContainer(container);
  const confinement = [
    ['ReadonlyRootfs', true],
    ['CapDrop', ['ALL']],
    ['CapAdd', null],
    ['SecurityOpt', ['no-new-privileges:true']],
    ['Privileged', false],
    ['MemorySwap', HostConfig.Memory],
    ['Devices', null],
    ['PidMode', ''],
    ['UsernsMode', ''],
    ['PublishAllPorts', false],
  ] as const;
  for (const [key, value] of confinement)
    assert.deepEqual(HostConfig[key] ?? null, value, `${key} of ${Name}`);
  assert.match(Config.Image, /^sha256:[0-9a-f]{64}$/, `image of ${Name}`);
  assert.match(Config.User, /^[1-9]\d*:[1-9]\d*$/, `user of ${Name}`);
  assert.ok((HostConfig.Memory as number) > 0, `memory limit of ${Name}`);
  for (const { Type, Name: volume = '', Source } of Mounts)
    assert.ok(
      Type === 'tmpfs' || (Type === 'volume' && volume.startsWith(`${prefix}-`)),
      `${Name}: ${Source}`,
    );
  assert.doesNotMatch(JSON.stringify([HostConfig, Mounts]), /docker\.sock/, Name);
  for (const ports of [HostConfig.PortBindings ?? {}, NetworkSettings.Ports])
    for (const [port, bindings] of Object.entries(ports))
      for (const { HostIp } of bindings ?? []) assert.equal(HostIp, '127.0.0.1', `${port} of ${Name}`);
  // what readies a volume has no component, and no network
  assert.deepEqual(
    Object.keys(NetworkSettings.Networks),
    [component ? prefix : 'none'],
    `networks of ${Name}`,
  );

  const lasts = component !== undefined && component.role !== 'task';
  assert.equal(HostConfig.RestartPolicy.Name, lasts ? 'unless-stopped' : 'no', `restart policy of ${Name}`);
  assert.equal(HostConfig.LogConfig.Type, logDriverOf(component), `log driver of ${Name}`);
  assert.ok((HostConfig.PidsLimit as number) > 0, `pids limit of ${Name}`);
  if (!lasts) return;
  assert.match(Config.Healthcheck?.Test[0] ?? 'NONE', /^CMD(-SHELL)?$/, `health check of ${Name}`);
  assert.equal(State.Health?.Status, 'healthy', Name);
}

/** Undefined for one that only readies a volume. */
export function componentOfContainer({ Config }: Inspected): Component | undefined {
  const name = Config.Labels['storefront.component'];
  return name === undefined ? undefined : componentOf(name as ComponentName);
}

/** What observes the stack must not feed itself. */
function logDriverOf(component: Component | undefined): string {
  const kept = [undefined, 's3', 'collector', 'prometheus', 'worker'] as const;
  return (kept as readonly unknown[]).includes(component?.name) ? 'json-file' : 'fluentd';
}
