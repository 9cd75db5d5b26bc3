import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { ObjectStore } from '../../converters/store/store.ts';
import { readCounters } from '../../infra/collector/counters.ts';
import { CampaignError } from '../campaign/errors.ts';
import { type LoadProgress, type LoadResult, runScenario } from '../load.ts';
import type { LoadJob, LoadObjects, Stop } from './objects.ts';

const POLL_MS = 1_000;
/** Between two states that tell of progress. */
const TELL_MS = 10_000;
/** A conductor that does not say go by then is gone. */
const GO_WITHIN_MS = 900_000;
const LOG_CHARACTERS = 4_000;
const SCENARIO = /^\d\d-[a-z0-9-]+$/;
const VARIABLE = /^FAULTLINE_[A-Z_]+$/;

export interface CarryOutOptions {
  readonly raw: ObjectStore;
  readonly runId: string;
  readonly objects: LoadObjects;
  /** From 1. */
  readonly segment: number;
  /** Path of a scenario's script. */
  readonly scriptOf: (scenario: string) => string;
  /** Where the stack is: FAULTLINE_WEB_API_URL and so on. */
  readonly env: Readonly<Record<string, string>>;
  readonly collectorCountersUrl: string;
  /** For the points while they are written. */
  readonly folder: string;
  /** Ends the traffic in order, as a Ctrl-C. */
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}

/**
 * One segment of a load from the job to its points in the raw bucket. @returns the exit code of k6 or the bundled runner
 * @throws LOAD_NOT_ORDERED, LoadError
 */
export async function carryOut(options: CarryOutOptions): Promise<number> {
  const { raw, objects, segment, collectorCountersUrl, folder, pollMs = POLL_MS } = options;
  const job = await jobOf(options);
  const counters = segment === 1 ? await readCounters(collectorCountersUrl).catch(() => null) : null;
  await objects.put(segment, { state: 'ready', counters });
  const startMs = await untilGo({ ...options, pollMs });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const result = await send({ ...options, job, startMs, pollMs });
  await jobOf(options);
  await keepPoints({ raw, key: objects.pointsKey(segment), file: result.pointsFile });
  await objects.put(segment, {
    state: 'ended',
    exit_code: result.exitCode,
    runner: result.runner,
    runner_version: result.runnerVersion,
    progress: result.progress,
    log: result.log.slice(-LOG_CHARACTERS),
  });
  return result.exitCode;
}

/** What the run's job is now, if it is still the one that this segment was started for. @throws LOAD_NOT_ORDERED */
async function jobOf({
  runId,
  objects,
  segment,
}: Pick<CarryOutOptions, 'runId' | 'objects' | 'segment'>): Promise<LoadJob> {
  const refused = (must: string) => new CampaignError('LOAD_NOT_ORDERED', `run ${runId} must have ${must}`);
  const job = await objects.get('job');
  if (job?.load !== objects.load || segment > job.segments)
    throw refused(`the load ${objects.load} of ${segment} segments or more; it was given up, or has another`);
  // both come from a bucket: one is made a path that is executed, the others variables of its process
  if (!SCENARIO.test(job.scenario)) throw refused(`a scenario such as 01-steady, got "${job.scenario}"`);
  const foreign = Object.keys(job.env).find((name) => !VARIABLE.test(name));
  if (foreign !== undefined) throw refused(`a load whose variables begin with FAULTLINE_, got "${foreign}"`);
  return job;
}

async function untilGo(options: CarryOutOptions & { pollMs: number }): Promise<number> {
  const { objects, runId, signal, pollMs } = options;
  const deadline = Date.now() + GO_WITHIN_MS;
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    const go = await objects.get('go');
    if (go) return go.start_ms;
    await jobOf(options);
    await sleep(pollMs, undefined, { signal });
  }
  throw new CampaignError(
    'LOAD_NOT_ORDERED',
    `run ${runId} was not told to go within ${GO_WITHIN_MS / 1000} s`,
  );
}

/** Runs the script, tells how far it is, and ends it when the conductor says so. */
async function send({
  segment,
  job,
  objects,
  startMs,
  scriptOf,
  env,
  folder,
  signal,
  pollMs,
}: CarryOutOptions & {
  job: LoadJob;
  startMs: number;
  pollMs: number;
}): Promise<LoadResult & { progress: LoadProgress | null }> {
  const [stop, cutOff] = [new AbortController(), new AbortController()];
  const over = new AbortController();
  let progress: LoadProgress | null = null;
  const talking = (async () => {
    let told = Date.now();
    while (!over.signal.aborted) {
      await sleep(pollMs, undefined, { signal: over.signal }).catch(() => {});
      // what the bucket does not take or give now it will later: the traffic goes on
      const said = await stopOf(objects).catch(() => undefined);
      // one at a time: two signals at once are one to the program
      if (said?.cut_off && stop.signal.aborted) cutOff.abort();
      if (said) stop.abort();
      if (over.signal.aborted || progress === null || Date.now() - told < TELL_MS) continue;
      told = Date.now();
      await objects.put(segment, { state: 'running', progress }).catch(() => {});
    }
  })();
  try {
    const result = await runScenario({
      script: scriptOf(job.scenario),
      runner: job.runner,
      out: join(folder, `${segment}.ndjson`),
      env: { ...job.env, ...env, FAULTLINE_START_AT: String(startMs) },
      segment: { number: segment, of: job.segments },
      signal: AbortSignal.any([signal, stop.signal]),
      cutOff: cutOff.signal,
      onProgress: (now) => {
        progress = now;
      },
    });
    return { ...result, progress };
  } finally {
    over.abort();
    await talking;
  }
}

/** A run that was given up, or has another load, has no use for this one. */
async function stopOf(objects: LoadObjects): Promise<Stop | undefined> {
  const job = await objects.get('job');
  return job?.load === objects.load ? objects.get('stop') : { cut_off: true };
}

/** Without a point there is no file. */
async function keepPoints({
  raw,
  key,
  file,
}: {
  raw: ObjectStore;
  key: string;
  file: string;
}): Promise<void> {
  const zipped = `${file}.gz`;
  await pipeline(createReadStream(file, { flags: 'a+' }), createGzip(), createWriteStream(zipped));
  await raw.put(key, { file: zipped }, { contentType: 'application/gzip' });
}
