import { readDuration } from './duration.ts';
import { checkTarget } from './target.ts';

/** What the scripts read from the environment. Environment variables win over the defaults; there is no third place. */
export interface LoadConfig {
  /** FAULTLINE_WEB_API_URL; default http://127.0.0.1:8080 */
  webApiUrl: string;
  /** FAULTLINE_SEED, digits; default 1. One seed, one sequence of requests and ids. */
  seed: string;
  /** FAULTLINE_RATE, requests a second of all kinds together, averaged over the run; default 20 */
  rate: number;
  /** FAULTLINE_DURATION, such as 3m or 1h30m; default 3m. In milliseconds here. */
  durationMs: number;
}

/** Where changes are asked for. */
export interface ControlConfig {
  /** FAULTLINE_CONTROL_URL */
  url: string;
  /** FAULTLINE_CONTROL_TOKEN */
  token: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Holds a stack up, for those who have none. */
const START_COMMAND = 'npx faultline control';

/** Reads and checks the environment. Throws an Error that names the variable, its rule and its value. */
export function readConfig(env: Env): LoadConfig {
  return {
    webApiUrl: readWebApi(env),
    seed: readSeed(env),
    rate: readRate(env),
    durationMs: readDuration({ name: 'FAULTLINE_DURATION', text: env.FAULTLINE_DURATION || '3m' }),
  };
}

export function readWebApi(env: Env): string {
  return checkTarget({
    name: 'FAULTLINE_WEB_API_URL',
    url: env.FAULTLINE_WEB_API_URL || 'http://127.0.0.1:8080',
    allowRemote: env.FAULTLINE_ALLOW_REMOTE === '1',
  });
}

export function readSeed(env: Env): string {
  const seed = env.FAULTLINE_SEED || '1';
  if (!/^\d{1,15}$/.test(seed)) throw new Error(`FAULTLINE_SEED must be 1 to 15 digits, got "${seed}"`);
  return seed;
}

export function readRate(env: Env): number {
  const rate = Number(env.FAULTLINE_RATE || '20');
  if (!(rate >= 0.5 && rate <= 5_000)) {
    throw new Error(`FAULTLINE_RATE must be 0.5 to 5000 requests a second, got "${env.FAULTLINE_RATE}"`);
  }
  return rate;
}

/** Undefined where the environment names none. */
export function readControl(env: Env): ControlConfig | undefined {
  const { FAULTLINE_CONTROL_URL: url, FAULTLINE_CONTROL_TOKEN: token } = env;
  if (!url || !token) return undefined;
  const allowRemote = env.FAULTLINE_ALLOW_REMOTE === '1';
  return { url: checkTarget({ name: 'FAULTLINE_CONTROL_URL', url, allowRemote }), token };
}

/** What a script says when nothing answers where the stack should be. */
export function missingStack({ url, reason }: { url: string; reason: string }): string {
  return `no storefront answers at ${url} (${reason}); start one with: ${START_COMMAND}\nor point FAULTLINE_WEB_API_URL at one that runs`;
}

/** What a script that changes something says without the control API. */
export function missingControl(reason: string): string {
  return `the control API must answer, since this script changes the stack, but ${reason}; start both with: ${START_COMMAND}\nand run the script with: npx faultline load\nor set FAULTLINE_CONTROL_URL and FAULTLINE_CONTROL_TOKEN to what .faultline/control.json says`;
}
