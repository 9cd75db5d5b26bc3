import type { Env } from './config.ts';

/** k6 has it, and its types do not. */
declare const console: { error(text: string): void };

/** How late a scenario may begin before it is told, in milliseconds. */
const LATE_MS = 1_000;

/**
 * Milliseconds until FAULTLINE_START_AT (epoch ms), 0 without it or after it: the `startTime` of scenarios of which several
 * processes run a segment each, so that all of them keep to one timeline. `startTime` counts from after the VUs are made and
 * setup is over: each process begins later by what that takes it.
 */
export function readStartDelay(env: Env, now: number = Date.now()): number {
  const text = env.FAULTLINE_START_AT;
  if (!text) return 0;
  if (!/^\d{13}$/.test(text))
    throw new Error(`FAULTLINE_START_AT must be a time in epoch milliseconds, got "${text}"`);
  return Math.max(0, Number(text) - now);
}

/** Says once a process how late it is, where that is more than starting takes: `startTime` is the scenario's, epoch ms. */
export function tellLateness(env: Env, { startTime, iterationInInstance }: Begun): void {
  if (iterationInInstance !== 0) return;
  const late = latenessOf(env, startTime);
  if (late !== undefined) console.error(late);
}

interface Begun {
  readonly startTime: number;
  /** Of this process, from 0. */
  readonly iterationInInstance: number;
}

/** Undefined in time, and without a common start. */
export function latenessOf(env: Env, startTime: number): string | undefined {
  const { FAULTLINE_START_AT: text } = env;
  const lateMs = text ? startTime - Number(text) : 0;
  if (lateMs <= LATE_MS) return undefined;
  return `the scenarios began ${(lateMs / 1000).toFixed(1)} s after FAULTLINE_START_AT: this segment is behind those that were in time`;
}
