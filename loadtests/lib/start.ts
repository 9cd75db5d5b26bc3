import type { Env } from './config.ts';

/**
 * Milliseconds until FAULTLINE_START_AT (epoch ms), 0 without it or after it: the `startTime` of scenarios of which several
 * processes run a segment each, so that all of them keep to one timeline.
 */
export function readStartDelay(env: Env, now: number = Date.now()): number {
  const text = env.FAULTLINE_START_AT;
  if (!text) return 0;
  if (!/^\d{13}$/.test(text))
    throw new Error(`FAULTLINE_START_AT must be a time in epoch milliseconds, got "${text}"`);
  return Math.max(0, Number(text) - now);
}
