import type { Component, ComponentName } from '../topology/component.ts';
import { componentOf, TOPOLOGY, topologyOf } from '../topology.ts';

/** What has a security group beside the components that run: see {@link groupsOf}. */
export const EXTRA_PARTIES = ['load-balancer', 'control', 'load', 'seal'] as const;
export type Party = ComponentName | (typeof EXTRA_PARTIES)[number];

/** Who opens connections to whom, and on which port; all else is closed. */
export interface Edge {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
}

export const CONTROL_PORT = 8089;
export const LOAD_BALANCER_PORT = 80;

/** S3 itself takes the place of `s3`: it is reached through the network's gateway endpoint, and has no security group. */
export const inNetwork = (name: ComponentName): boolean => name !== 's3';

/** Components that run in containers; the others are managed by AWS. */
export const inContainers = ({ role }: Pick<Component, 'role'>): boolean => role !== 'store';

/** Its lines go to the collector, by a log router beside it. The rest writes to log groups: it must not feed itself. */
export const isObserved = ({ role }: Pick<Component, 'role'>): boolean =>
  role === 'service' || role === 'task';

const port = (name: ComponentName, portName: string): number => {
  const number = componentOf(name).ports[portName];
  if (number === undefined) throw new TypeError(`${name} has no port ${portName}`);
  return number;
};
const firstPort = (name: ComponentName): number => Object.values(componentOf(name).ports)[0] ?? 0;

/** Who needs a task needs what it has prepared. */
const needsOf = ({ needs }: Component): ComponentName[] => [
  ...new Set(needs.flatMap((name) => (componentOf(name).role === 'task' ? componentOf(name).needs : [name]))),
];

const ofNeeds = (component: Component): Edge[] =>
  needsOf(component)
    .filter(inNetwork)
    .map((to) => ({ from: component.name, to, port: firstPort(to) }));

const ofLogs = (component: Component): Edge[] =>
  isObserved(component)
    ? [{ from: component.name, to: 'collector', port: port('collector', 'forward') }]
    : [];

const ofScraping = ({ name, role }: Component): Edge[] =>
  role === 'service' ? [{ from: 'prometheus', to: name, port: port(name, 'http') }] : [];

/** What `needs` does not say, since nobody waits for it. */
const BESIDE_NEEDS: readonly Edge[] = [
  { from: 'prometheus', to: 'collector', port: port('collector', 'counters') },
  { from: 'collector', to: 'prometheus', port: port('prometheus', 'http') }, // remote write
  { from: 'load-balancer', to: 'web-api', port: port('web-api', 'http') },
  { from: 'load', to: 'load-balancer', port: LOAD_BALANCER_PORT },
  { from: 'load', to: 'control', port: CONTROL_PORT },
  { from: 'load', to: 'payment-worker', port: port('payment-worker', 'http') }, // how much it has in hand
  { from: 'load', to: 'collector', port: port('collector', 'counters') },
  { from: 'control', to: 'operator', port: port('operator', 'http') },
  { from: 'control', to: 'collector', port: port('collector', 'otlp') }, // process events
  { from: 'control', to: 'collector', port: port('collector', 'counters') },
];

/** All connections that are opened inside the network, in the order of the topology. */
export function edges(): readonly Edge[] {
  const all = topologyOf('aws').filter((component) => inContainers(component));
  const found = [
    ...all.flatMap((component) => [...ofNeeds(component), ...ofLogs(component), ...ofScraping(component)]),
    ...BESIDE_NEEDS,
  ];
  return [...new Map(found.map((edge) => [JSON.stringify(edge), edge])).values()];
}

/** Everything that has a security group of its own. */
export const parties = (): readonly Party[] => [
  ...TOPOLOGY.filter(({ name, optional }) => inNetwork(name) && !optional).map(({ name }) => name),
  ...EXTRA_PARTIES,
];
