import type { Component } from '../topology/component.ts';
import type { Settings } from './settings.ts';

/** How far behind a component's first published port its others are. */
const OFFSETS: Readonly<Record<string, number>> = { otlp: 0, health: 1, counters: 2, forward: 3 };

/** Port on 127.0.0.1 by port name; empty for what is reached from inside only. */
export function publishedPorts({
  component,
  ports,
}: {
  component: Component;
  ports: Settings['ports'];
}): Record<string, number> {
  const first = ports[component.name];
  if (first === undefined) return {};
  return Object.fromEntries(Object.keys(component.ports).map((name) => [name, first + (OFFSETS[name] ?? 0)]));
}
