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

type Env = Record<string, string | undefined>;

/** Holds a stack up, for those who have none. */
const START_COMMAND = 'npx faultline control';

/** Reads and checks the environment. Throws an Error that names the variable, its rule and its value. */
export function readConfig(env: Env): LoadConfig {
  const seed = env.FAULTLINE_SEED || '1';
  if (!/^\d{1,15}$/.test(seed)) throw new Error(`FAULTLINE_SEED must be 1 to 15 digits, got "${seed}"`);
  const rate = Number(env.FAULTLINE_RATE || '20');
  if (!(rate >= 0.5 && rate <= 5_000)) {
    throw new Error(`FAULTLINE_RATE must be 0.5 to 5000 requests a second, got "${env.FAULTLINE_RATE}"`);
  }
  return {
    webApiUrl: checkTarget({
      name: 'FAULTLINE_WEB_API_URL',
      url: env.FAULTLINE_WEB_API_URL || 'http://127.0.0.1:8080',
      allowRemote: env.FAULTLINE_ALLOW_REMOTE === '1',
    }),
    seed,
    rate,
    durationMs: readDuration(env.FAULTLINE_DURATION || '3m'),
  };
}

/** What a script says when nothing answers where the stack should be. */
export function missingStack({ url, reason }: { url: string; reason: string }): string {
  return `no storefront answers at ${url} (${reason}); start one with: ${START_COMMAND}\nor point FAULTLINE_WEB_API_URL at one that runs`;
}

const MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function readDuration(text: string): number {
  const whole = /^(\d+(ms|[smh]))+$/.test(text);
  const parts = whole ? (text.match(/\d+(ms|[smh])/g) ?? []) : [];
  const total = parts.reduce((sum, part) => {
    const unit = part.replace(/\d+/, '');
    return sum + Number(part.slice(0, -unit.length)) * (MS[unit] ?? 0);
  }, 0);
  if (total < 1_000 || total > 86_400_000) {
    throw new Error(`FAULTLINE_DURATION must be 1s to 24h, such as 90s or 1h30m, got "${text}"`);
  }
  return total;
}
