import { httpAddress, portOf, surroundings } from '../container/surroundings.ts';
import type { Secrets } from '../target.ts';
import type { Component, Surroundings } from '../topology/component.ts';
import type { Settings } from './settings.ts';

/** What a component's container sees: every other one by its name, on the stack's own network. */
export const surroundingsOf = (
  component: Component,
  { settings, secrets }: { settings: Settings; secrets: Secrets },
): Surroundings =>
  surroundings(component, {
    ...{ settings, secrets, environment: 'local' },
    address: (name, port) => httpAddress(name, portOf(name, port)),
  });
