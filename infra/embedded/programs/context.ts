import type { Component, Surroundings } from '../../topology/component.ts';
import type { Guard } from '../guard.ts';
import type { StackState } from '../state.ts';

/** What the launch of one replica is made from. */
export interface LaunchContext {
  readonly component: Component;
  readonly surroundings: Surroundings;
  /** Environment from the topology, with what `setEnv` laid over it. */
  readonly env: Readonly<Record<string, string>>;
  /** Path of the program. */
  readonly program: string;
  readonly state: StackState;
  readonly guard: Guard;
}

/** What every child gets and no more: times are UTC, messages are not translated. */
export const BASE_ENV = {
  PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
  TZ: 'UTC',
  LANG: 'C.UTF-8',
} as const;
