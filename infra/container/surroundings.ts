import type { Address, Limits, Secrets } from '../target.ts';
import type { Component, ComponentName, Surroundings } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { type StackSettings, versionOf } from './stack-settings.ts';

const RAW_PREFIX = 'raw';

export const httpAddress = (host: string, port: number): Address => ({
  host,
  port,
  url: `http://${host}:${port}`,
});

/** Number of a port inside a container; the first, unless it is named. */
export const portOf = (name: ComponentName, port?: string): number => {
  const { ports } = componentOf(name);
  return (port === undefined ? Object.values(ports)[0] : ports[port]) ?? 0;
};

/** What a component's container sees: itself on all its interfaces, and every other one by `address`. */
export function surroundings(
  component: Component,
  {
    settings,
    ...around
  }: Pick<Surroundings, 'address' | 'environment'> & {
    readonly settings: StackSettings;
    readonly secrets: Secrets;
  },
): Surroundings {
  const limits: Limits = { ...component.limits, ...settings.limits[component.name] };
  const own = Object.entries(component.ports).map(([name, number]) => [name, httpAddress('0.0.0.0', number)]);
  return {
    ...around,
    own: Object.fromEntries(own),
    version: versionOf(settings, component.name) || versionOf(settings, 'web-api'),
    rawPrefix: RAW_PREFIX,
    limits,
  };
}
