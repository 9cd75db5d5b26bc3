import { access, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errors } from './errors.ts';
import { type Ended, runChild } from './launch/child.ts';
import { chooseProgram, type Program, type RunnerChoice } from './launch/program.ts';
import { type Segment, segmentArguments } from './launch/segment.ts';
import { PointsTail } from './launch/tail.ts';
import { tallyPoints } from './launch/tally.ts';
import { checkTarget } from './lib/target.ts';

export { LoadError } from './errors.ts';
export type { RunnerChoice } from './launch/program.ts';

/** About once a second while the load runs; counts are since its start, setup included. */
export interface LoadProgress {
  elapsedMs: number;
  iterations: number;
  requests: number;
  /** Requests that k6 counts as failed: no answer, or a status of 400 and more. */
  failures: number;
  dropped: number;
  requestsPerSecond: number;
}

/** Aggregates per metric (`count`, `rate`, `avg`, `p(95)`…), in the shape of k6's `--summary-export`. */
export interface LoadSummary {
  metrics: Record<string, Record<string, number> & { thresholds?: Record<string, boolean> }>;
  root_group: object;
}

export interface LoadResult {
  /** k6's: 0, 99 a threshold failed, 105 interrupted, 107 the script (or its setup) failed, 104 bad options. */
  exitCode: number;
  /** null when the load ended before there was anything to sum up. */
  summary: LoadSummary | null;
  pointsFile: string;
  runner: 'k6' | 'node';
  runnerVersion: string;
  /** p99 of intended to actual start of iterations, in milliseconds; null where it is not measured (k6). */
  lagP99Ms: number | null;
  droppedIterations: number;
  /** The text summary. */
  text: string;
  /** What went to stderr; says why when exitCode is neither 0 nor 99. */
  log: string;
}

/** These would replace a script's scenarios, or send usage reports. */
const K6_ENV = { K6_VUS: undefined, K6_DURATION: undefined, K6_ITERATIONS: undefined, K6_STAGES: undefined };

/**
 * Runs a scenario script in a child process, by k6 or by the bundled runner, and streams its points to `out`.
 * An abort of `signal` ends it gracefully: its summary is there, its exit code is 105. One of `cutOff` after it cuts off what is
 * under way then.
 * Throws a LoadError (SCRIPT_MISSING, TARGET_REFUSED, K6_MISSING, K6_TOO_OLD, NOT_STARTED) before anything is sent.
 */
export async function runScenario({
  script,
  out,
  runner = 'auto',
  env = {},
  segment,
  signal,
  cutOff,
  onProgress,
  onLog,
}: {
  /** Path of the script. */
  script: string;
  /** Path of the points file (NDJSON); overwritten. */
  out: string;
  runner?: RunnerChoice;
  /** On top of this process's own environment. */
  env?: Record<string, string>;
  /** Of an execution that several processes share; all of it without. */
  segment?: Segment | undefined;
  signal?: AbortSignal;
  cutOff?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  /** What the child writes to stderr, as it comes. */
  onLog?: (text: string) => void;
}): Promise<LoadResult> {
  const pointsFile = resolve(out);
  await access(script).catch((cause) => {
    throw errors.scriptMissing(script, cause);
  });
  const childEnv = { ...process.env, ...env, ...K6_ENV, K6_NO_USAGE_REPORT: 'true' };
  checkTargets(childEnv);
  const program = await chooseProgram({ runner, env: childEnv });
  // A run that ends before its first point must not be summed up from the file of an earlier one.
  await rm(pointsFile, { force: true });
  const tail = program.runner === 'k6' && onProgress ? followPoints({ pointsFile, onProgress }) : undefined;
  const ended = await runChild({
    program,
    args: [
      'run',
      '--out',
      `json=${pointsFile}`,
      ...(segment ? segmentArguments(segment) : []),
      resolve(script),
    ],
    env: childEnv,
    signal,
    cutOff,
    onProgress,
    onLog,
  }).finally(() => tail?.stop());
  return report({ ended, program, pointsFile });
}

/**
 * Sums up what the segments of one execution left: their points in one file, judged by the script's thresholds. `env` is what
 * the script ran with. @throws LoadError
 */
export async function sumUp({
  script,
  pointsFile,
  env,
}: {
  script: string;
  pointsFile: string;
  env: Record<string, string>;
}): Promise<LoadResult> {
  const program = await chooseProgram({ runner: 'node', env: process.env });
  const ended = await runChild({
    program,
    args: ['sum-up', '--points', pointsFile, resolve(script)],
    // nothing is sent, so that wherever the environment says a stack is does not matter
    env: { ...process.env, ...env, FAULTLINE_ALLOW_REMOTE: '1' },
  });
  return report({ ended, program, pointsFile });
}

function checkTargets(env: Record<string, string | undefined>): void {
  for (const name of ['FAULTLINE_WEB_API_URL', 'FAULTLINE_CONTROL_URL']) {
    const url = env[name];
    if (!url) continue;
    try {
      checkTarget({ name, url, allowRemote: env.FAULTLINE_ALLOW_REMOTE === '1' });
    } catch (error) {
      throw errors.targetRefused(error as Error);
    }
  }
}

function followPoints({
  pointsFile,
  onProgress,
}: {
  pointsFile: string;
  onProgress: (progress: LoadProgress) => void;
}) {
  const tail = new PointsTail({ path: pointsFile });
  let reading = Promise.resolve();
  const handle = setInterval(() => {
    reading = reading.then(() => tail.read()).then(onProgress);
    reading.catch(() => {});
  }, 1_000);
  return {
    stop: async () => {
      clearInterval(handle);
      await reading;
      onProgress(await tail.read());
    },
  };
}

async function report({
  ended,
  program,
  pointsFile,
}: {
  ended: Ended;
  program: Program;
  pointsFile: string;
}): Promise<LoadResult> {
  const summary = ended.summary ?? (await tallyPoints(pointsFile).catch(() => null));
  return {
    exitCode: ended.exitCode,
    summary,
    pointsFile,
    runner: program.runner,
    runnerVersion: program.version,
    lagP99Ms: summary?.metrics.iteration_start_lag?.['p(99)'] ?? null,
    droppedIterations: summary?.metrics.dropped_iterations?.count ?? 0,
    text: ended.text,
    log: ended.log,
  };
}
