import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { convertRun } from '../../../converters/convert.ts';
import { fetchDataset } from '../../../converters/dataset/fetch.ts';
import { pointLatest } from '../../../converters/dataset/latest.ts';
import type { Quality } from '../../../converters/judge/quality.ts';
import type { RunRecord } from '../../../converters/run/record.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { ownRawPrefix } from '../../../converters/run/runs.ts';
import { openStore } from '../../../converters/store/open.ts';
import type { ObjectStore } from '../../../converters/store/store.ts';
import { Control } from '../../../infra/control/control.ts';
import { reportFirstDeployments } from '../../../infra/control/first-deployments.ts';
import { DockerTarget } from '../../../infra/docker/target.ts';
import { deadStackEnded } from '../../../infra/embedded/state.ts';
import type { Target } from '../../../infra/target.ts';
import { lossCounters, type OpenRun, openRun } from '../../../loadtests/campaign/open-run.ts';
import { drainQueue } from '../../../loadtests/campaign/queue-drain.ts';
import { sendTraffic } from '../../../loadtests/campaign/traffic.ts';
import type { LoadResult, RunnerChoice } from '../../../loadtests/load.ts';
import { CliError } from '../errors.ts';
import type { MemoryPeak, MemoryWatch } from '../memory.ts';
import { places } from '../places.ts';
import { scenarioScript } from '../scenarios.ts';
import { sealAndJudge } from '../seal.ts';
import { type DockerChoice, dockerChoice, embeddedChoice, type StackChoice } from '../stacks.ts';
import type { Step, Update } from '../steps.ts';
import { VERSION } from '../version.ts';
import type { Made } from './made.ts';
import { takeOverSteps } from './take-over.ts';
import { windowOpening } from './window-opening.ts';

const SCENARIO = '01-steady';

export interface DatasetRunOptions {
  readonly runId: RunId;
  /** A stack of containers, instead of an embedded one. */
  readonly docker?: DockerChoice | undefined;
  readonly seed: number;
  readonly rate: number;
  readonly durationS: number;
  readonly runner: RunnerChoice;
  readonly signal: AbortSignal;
}

/**
 * The main job, step by step. Whatever ends it, `close` leaves nothing running that the run has started (but what is to be
 * kept), and the run id is free again unless a dataset was published under it.
 */
export class DatasetRun {
  readonly #options: DatasetRunOptions;
  readonly #folder: string;
  readonly #stack: StackChoice;
  readonly #seconds: Record<string, number> = {};
  #programs: Readonly<Record<string, string>> = {};
  #open: OpenRun | undefined;
  #target: Target | undefined;
  #control: Control | undefined;
  #opening: Promise<number> | undefined;
  #memory: MemoryWatch | undefined;
  #stackMemory: MemoryPeak = { peakBytes: 0, measure: 'PSS' };
  #deploymentsUntold: number | null = null;
  #load: LoadResult | undefined;
  #traffic: RunRecord['traffic'] = null;
  #record: RunRecord | undefined;
  #sealed: { quality: Quality; rows: number } | undefined;

  private constructor(options: DatasetRunOptions) {
    this.#options = options;
    this.#folder = join(places.data, options.runId);
    const { runId, docker } = options;
    this.#stack = docker
      ? dockerChoice(docker)
      : embeddedChoice({ stateDir: places.stack(runId), rawPrefix: ownRawPrefix(runId) });
  }

  /** @throws DATA_EXISTS, RUN_ID_TAKEN */
  static async open(options: DatasetRunOptions): Promise<DatasetRun> {
    const { runId } = options;
    const folder = join(places.data, runId);
    if (await stat(folder).catch(() => undefined))
      throw new CliError(
        'DATA_EXISTS',
        `${folder} must not exist yet: choose another --run-id, or remove it`,
      );
    const run = new DatasetRun(options);
    if (!options.docker) {
      await deadStackEnded(places.stack(runId)); // of a run that was killed: it may still be putting telemetry
      await run.#claim({ raw: openStore(join(places.s3Root, 'raw')) });
    }
    return run;
  }

  steps(): Step[] {
    const { rate, durationS } = this.#options;
    const step = (title: string, name: string, run: (update: Update) => Promise<string>): Step => ({
      title,
      run: async (update) => {
        this.#options.signal.throwIfAborted();
        const since = performance.now();
        const text = await run(update);
        this.#seconds[name] = (performance.now() - since) / 1000;
        return `${text} (${this.#seconds[name].toFixed(1)} s)`;
      },
    });
    return [
      ...(this.#open ? takeOverSteps(this.#open) : []),
      step('Programs', 'programs', (update) => this.#findPrograms(update)),
      step('Stack', 'stack', (update) => this.#startStack(update)),
      step(`Traffic: ${rate} requests/s for ${durationS} s`, 'traffic', (update) =>
        this.#sendTraffic(update),
      ),
      step('Draining', 'drain', (update) => this.#drain(update)),
      step('Converting', 'convert', (update) => this.#convert(update)),
      step('Sealing', 'seal', (update) => this.#seal(update)),
      step('Fetching', 'fetch', () => this.#fetch()),
    ];
  }

  made(): Made {
    if (!this.#sealed) throw new Error('the run is not sealed');
    return {
      run_id: this.#options.runId,
      seed: this.#options.seed,
      folder: this.#folder,
      ...this.#sealed,
      seconds: this.#seconds,
      stack_memory: this.#stackMemory,
      thresholds_crossed: this.#load?.exitCode !== 0,
      load_summary: this.#load?.text ?? '',
    };
  }

  /** Every step is tried; the first error counts. A run that was recorded to its end keeps its record: see `resumable`. */
  async close(): Promise<void> {
    this.#memory?.stop();
    if (this.resumable && this.#target instanceof DockerTarget) this.#target.leaveUp();
    const steps = [
      () => this.#control?.close(),
      () => this.#target?.stop({ signal: this.#options.signal }),
      () => (this.#record ? undefined : this.#open?.abandon()),
    ];
    const errors: unknown[] = [];
    for (const step of steps) await Promise.resolve(step()).catch((error) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  /** Recorded to its end, but not made into a dataset: `convert` and `seal` can go on from here. */
  get resumable(): boolean {
    return this.#record !== undefined && this.#sealed === undefined;
  }

  /** Takes the run's id, in the bucket where its record will be. */
  async #claim({ raw, startMs }: { raw: ObjectStore; startMs?: number }): Promise<void> {
    const { runId, docker, seed } = this.#options;
    const target = docker ? 'docker' : 'embedded';
    const { rawPrefix } = this.#stack;
    this.#open = await openRun({ raw, runId, target, seed, rawPrefix, ...(startMs ? { startMs } : {}) });
  }

  async #findPrograms(update: Update): Promise<string> {
    this.#programs = await this.#stack.prepare({ update, signal: this.#options.signal });
    return Object.entries(this.#programs).flat().join(' ');
  }

  async #startStack(update: Update): Promise<string> {
    const { signal } = this.#options;
    this.#memory = this.#stack.watchMemory();
    this.#target = await this.#stack.make({ update, signal });
    const opening = windowOpening(this.#target);
    await this.#target.start();
    const found = this.#target.found;
    this.#opening = found ? Promise.resolve(Date.now()) : opening;
    if (!this.#open) await this.#claim({ raw: this.#bucket('raw'), startMs: await this.#opening });
    this.#control = await Control.start({ target: this.#target });
    if (!found) this.#deploymentsUntold = (await reportFirstDeployments(this.#target)).length;
    return `${found ? 'was up: ' : ''}${Object.keys(this.#target.versions()).join(', ')}`;
  }

  async #sendTraffic(update: Update): Promise<string> {
    const { runId, seed, rate, durationS, runner, signal } = this.#options;
    const target = this.target;
    const { traffic, result, requests } = await sendTraffic({
      raw: this.#bucket('raw'),
      runId,
      script: scenarioScript(SCENARIO),
      scenario: SCENARIO,
      runner,
      seed,
      rate,
      durationS,
      stack: {
        webApiUrl: target.address('web-api').url,
        controlUrl: this.#control?.address.url ?? '',
        controlToken: target.secrets().controlToken,
      },
      folder: join(places.stack(runId), 'client'),
      signal,
      onProgress: ({ elapsedMs, requests, failures, requestsPerSecond }) =>
        update(
          `${Math.round(elapsedMs / 1000)} of ${durationS} s, ${requests} requests, ${requestsPerSecond.toFixed(1)}/s, ${failures} with a 4xx, 5xx or no answer`,
        ),
    });
    this.#traffic = traffic;
    this.#load = result;
    return `${requests} requests by ${result.runner === 'k6' ? `k6 ${result.runnerVersion}` : 'the bundled runner'}`;
  }

  async #drain(update: Update): Promise<string> {
    const target = this.target;
    update('waiting for the last payment jobs');
    await drainQueue({
      metricsUrl: `${target.address('payment-worker').url}/metrics`,
      token: target.secrets().metricsToken,
      signal: this.#options.signal,
    });
    update('stopping the services');
    await this.#control?.close();
    await target.stopServices();
    const endMs = Date.now() + 1; // exclusive: the last process has ended in this millisecond
    update('waiting for the collector to have put everything');
    const { signal } = this.#options;
    const collector = await target.stopCollector({ signal });
    signal.throwIfAborted(); // the run is not recorded to its end
    this.#stackMemory = this.#memory?.stop() ?? this.#stackMemory;
    if (!this.#load) throw new Error('there was no traffic');
    if (!this.#open) throw new Error('the run has no id yet');
    this.#record = await this.#open.complete({
      window: { start_ms: (await this.#opening) ?? 0, end_ms: endMs },
      drainedMs: Date.now(),
      traffic: this.#traffic,
      counters: lossCounters({
        load: this.#load,
        collector,
        deploymentsUntold: this.#deploymentsUntold,
      }),
      versions: this.#versions(target),
    });
    return `${collector.sent.logs} log records, ${collector.sent.traces} spans, ${collector.sent.metrics} metric points in the raw bucket`;
  }

  async #convert(update: Update): Promise<string> {
    const report = await convertRun({
      raw: this.#bucket('raw'),
      record: this.#complete(),
      signal: this.#options.signal,
      onProgress: ({ objects, rows }) => update(`${objects} raw objects, ${rows} rows`),
    });
    return `${report.objects} raw objects, ${report.validated} events checked against the schema`;
  }

  async #seal(update: Update): Promise<string> {
    this.#sealed = await sealAndJudge({
      raw: this.#bucket('raw'),
      datasets: this.#bucket('datasets'),
      record: this.#complete(),
      signal: this.#options.signal,
      update,
    });
    return `${this.#sealed.rows} rows`;
  }

  async #fetch(): Promise<string> {
    const { runId, signal } = this.#options;
    const { files, bytes } = await fetchDataset({
      datasets: this.#bucket('datasets'),
      runId,
      to: this.#folder,
      signal,
    });
    await pointLatest(places.data, runId);
    return `${files} files, ${(bytes / 1e6).toFixed(1)} MB`;
  }

  #bucket(name: 'raw' | 'datasets'): ObjectStore {
    const target = this.target;
    const { s3AccessKey, s3SecretKey } = target.secrets();
    return openStore(`s3://${name}`, {
      endpoint: target.address('s3').url,
      credentials: { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey },
    });
  }

  /** The stack, once its step is done. */
  get target(): Target {
    if (!this.#target) throw new Error('the stack is not started');
    return this.#target;
  }

  #complete(): RunRecord {
    if (!this.#record) throw new Error('the run is not complete');
    return this.#record;
  }

  #versions(target: Target): Record<string, string> {
    return {
      faultline: VERSION,
      node: process.versions.node,
      ...this.#programs,
      ...target.versions(),
    };
  }
}
