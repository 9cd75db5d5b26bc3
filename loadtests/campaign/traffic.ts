import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { TrafficSummary } from '../../converters/run/record.ts';
import { pointsKey } from '../../converters/run/runs.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { RunTruth } from '../../converters/truth/record.ts';
import type { LoadProgress, LoadResult } from '../load.ts';
import { CampaignError } from './errors.ts';
import type { Load } from './load-here.ts';
import { canonicalPlan } from './plan/canonical.ts';
import type { Plan } from './plan/plan.ts';
import { requestsSent } from './requests-sent.ts';
import { truthOf } from './truth.ts';

/** Exit code of k6 and of the runner when a threshold was crossed: the traffic itself was complete. */
export const THRESHOLD_CROSSED = 99;

export interface TrafficOptions {
  readonly raw: ObjectStore;
  readonly runId: string;
  /** Path of the scenario script. */
  readonly script: string;
  /** Name of the scenario, as the record shows it. */
  readonly scenario: string;
  /** What sends it. */
  readonly load: Load;
  readonly seed: number;
  readonly rate: number;
  readonly durationS: number;
  /** What makes such traffic again, as the record shows it. */
  readonly command?: string;
  /** What the script is to change and when; null for a script without changes. */
  readonly plan?: Plan | null;
  /** Folder for the points while they are written. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Ends at once what the signal has ended in order. */
  readonly cutOff?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface SentTraffic {
  readonly traffic: TrafficSummary;
  readonly result: LoadResult;
  /** Those of the traffic: the summary counts the script's own questions too. */
  readonly requests: number;
  /** What was changed; undefined without a plan. */
  readonly truth: RunTruth | undefined;
  /** The signal ended it, after at least one case had come to its end. */
  readonly interrupted: boolean;
}

/**
 * Runs a scenario against a stack and keeps what the client itself recorded, as the run's client points, beside the
 * run's record: it never passes through the stack.
 * @throws `TRAFFIC_FAILED` when the script did not run to its end (crossed thresholds are no failure: see the result); the
 *   signal's reason when that ended it and no case of the plan was over
 */
export async function sendTraffic(options: TrafficOptions): Promise<SentTraffic> {
  const { raw, runId, scenario, rate, command, folder, signal, cutOff, onProgress, plan = null } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const points = join(folder, 'client.ndjson');
  const result = await options.load({
    script: options.script,
    out: points,
    env: {
      FAULTLINE_SEED: String(options.seed),
      FAULTLINE_RATE: String(rate),
      FAULTLINE_DURATION: `${options.durationS}s`,
      FAULTLINE_PLAN: plan ? canonicalPlan(plan) : '',
    },
    signal,
    ...(cutOff ? { cutOff } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
  const interrupted = signal.aborted;
  const truth = plan ? await truthOf({ runId, plan, points, interrupted }) : undefined;
  if (!truth?.cases.length) signal.throwIfAborted();
  if (!interrupted && result.exitCode !== 0 && result.exitCode !== THRESHOLD_CROSSED)
    throw new CampaignError(
      'TRAFFIC_FAILED',
      `the script ${scenario} must run to its end, it ended with exit code ${result.exitCode}:\n${result.log.trim()}`,
    );
  await pipeline(createReadStream(points), createGzip(), createWriteStream(`${points}.gz`));
  const key = pointsKey(runId);
  await raw.put(key, { file: `${points}.gz` }, { contentType: 'application/gzip' });
  const { start_ms, end_ms } = truth?.traffic ?? { start_ms: 0, end_ms: options.durationS * 1000 };
  const duration_s = Math.ceil((end_ms - start_ms) / 1000);
  return {
    result,
    requests: await requestsSent(points),
    traffic: {
      ...{ scenario, runner: result.runner, rate, duration_s, points_key: key },
      ...(command === undefined ? {} : { command }),
    },
    ...{ truth, interrupted },
  };
}
