import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { TrafficSummary } from '../../converters/run/record.ts';
import { pointsKey } from '../../converters/run/runs.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import { type LoadProgress, type LoadResult, type RunnerChoice, runScenario } from '../load.ts';
import { CampaignError } from './errors.ts';
import { requestsSent } from './requests-sent.ts';

/** Exit code of k6 and of the runner when a threshold was crossed: the traffic itself was complete. */
const THRESHOLD_CROSSED = 99;

export interface TrafficOptions {
  readonly raw: ObjectStore;
  readonly runId: string;
  /** Path of the scenario script. */
  readonly script: string;
  /** Name of the scenario, as the record shows it. */
  readonly scenario: string;
  readonly runner: RunnerChoice;
  readonly seed: number;
  readonly rate: number;
  readonly durationS: number;
  readonly stack: { readonly webApiUrl: string; readonly controlUrl: string; readonly controlToken: string };
  /** Folder for the points while they are written. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * Runs a scenario against a stack and keeps what the client itself recorded, as the run's client points, beside the
 * run's record: it never passes through the stack.
 * `requests` are those of the traffic: the summary counts the script's question at its start too.
 * @throws `TRAFFIC_FAILED` when the script did not run to its end (crossed thresholds are no failure: see the result)
 */
export async function sendTraffic(
  options: TrafficOptions,
): Promise<{ traffic: TrafficSummary; result: LoadResult; requests: number }> {
  const { raw, runId, scenario, rate, durationS, folder, stack, signal, onProgress } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const points = join(folder, 'client.ndjson');
  const result = await runScenario({
    script: options.script,
    runner: options.runner,
    out: points,
    env: {
      FAULTLINE_WEB_API_URL: stack.webApiUrl,
      FAULTLINE_CONTROL_URL: stack.controlUrl,
      FAULTLINE_CONTROL_TOKEN: stack.controlToken,
      FAULTLINE_SEED: String(options.seed),
      FAULTLINE_RATE: String(rate),
      FAULTLINE_DURATION: `${durationS}s`,
    },
    signal,
    ...(onProgress ? { onProgress } : {}),
  });
  signal.throwIfAborted();
  if (result.exitCode !== 0 && result.exitCode !== THRESHOLD_CROSSED)
    throw new CampaignError(
      'TRAFFIC_FAILED',
      `the script ${scenario} must run to its end, it ended with exit code ${result.exitCode}:\n${result.log.trim()}`,
    );
  await pipeline(createReadStream(points), createGzip(), createWriteStream(`${points}.gz`));
  const key = pointsKey(runId);
  await raw.put(key, { file: `${points}.gz` }, { contentType: 'application/gzip' });
  return {
    result,
    requests: await requestsSent(points),
    traffic: { scenario, runner: result.runner, rate, duration_s: durationS, points_key: key },
  };
}
