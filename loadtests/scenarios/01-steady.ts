/**
 * Ordinary traffic and nothing else: customers come in a slow wave, log in, look at users, search, buy.
 *
 *   k6 run -e FAULTLINE_RATE=50 -e FAULTLINE_DURATION=3m loadtests/scenarios/01-steady.ts
 *
 * The variables are described in lib/config.ts.
 */
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { readConfig } from '../lib/config.ts';
import { generator } from '../lib/generator.ts';
import { REQUESTS_PER_SESSION, runSession } from '../lib/session.ts';
import { requireStack } from '../lib/stack.ts';
import { readStartDelay, tellLateness } from '../lib/start.ts';
import { STEADY_THRESHOLDS, SUMMARY_STATS } from '../lib/thresholds.ts';
import { slowWave } from '../lib/wave.ts';

const config = readConfig(__ENV);
const sessionsPerSecond = config.rate / REQUESTS_PER_SESSION;

export const options: Options = {
  summaryTrendStats: SUMMARY_STATS,
  thresholds: STEADY_THRESHOLDS,
  scenarios: {
    steady: {
      executor: 'ramping-arrival-rate',
      startTime: `${readStartDelay(__ENV)}ms`,
      ...slowWave({ perSecond: sessionsPerSecond, durationMs: config.durationMs }),
      // A session without a free VU is dropped, so there are enough for sessions of ten seconds at once.
      preAllocatedVUs: Math.ceil(10 + sessionsPerSecond * 10),
      maxVUs: Math.ceil(20 + sessionsPerSecond * 60),
      // Longer than a request's time-out of 60 s: no request is cut off with its outcome unknown.
      gracefulStop: '70s',
    },
  },
};

export async function setup(): Promise<void> {
  await requireStack({ url: config.webApiUrl });
}

export default async function steady(): Promise<void> {
  tellLateness(__ENV, exec.scenario);
  const random = generator(config.seed, exec.scenario.name, exec.scenario.iterationInTest);
  await runSession({ url: config.webApiUrl, random });
}
