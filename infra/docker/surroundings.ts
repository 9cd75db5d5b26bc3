import type { Address, Limits, Secrets } from '../target.ts';
import type { Component, Surroundings } from '../topology/component.ts';
import { componentOf } from '../topology.ts';
import { type Settings, versionOf } from './settings.ts';

const ENVIRONMENT = 'local';
const RAW_PREFIX = 'raw';

/** What a component's container sees: every other one by its name, on the stack's own network. */
export function surroundingsOf(
  component: Component,
  { settings, secrets }: { settings: Settings; secrets: Secrets },
): Surroundings {
  const inside = (host: string, number: number): Address => ({
    host,
    port: number,
    url: `http://${host}:${number}`,
  });
  const limits: Limits = { ...component.limits, ...settings.limits[component.name] };
  return {
    own: Object.fromEntries(
      Object.entries(component.ports).map(([name, number]) => [name, inside('0.0.0.0', number)]),
    ),
    address: (name, port) => {
      const { ports } = componentOf(name);
      return inside(name, (port === undefined ? Object.values(ports)[0] : ports[port]) ?? 0);
    },
    secrets,
    environment: ENVIRONMENT,
    version: versionOf(settings, component.name) || versionOf(settings, 'web-api'),
    rawPrefix: RAW_PREFIX,
    limits,
  };
}
