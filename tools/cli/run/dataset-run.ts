import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../../../converters/run/record.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { ownRawPrefix } from '../../../converters/run/runs.ts';
import { openStore } from '../../../converters/store/open.ts';
import type { ObjectStore } from '../../../converters/store/store.ts';
import { putTruth, type RunTruth } from '../../../converters/truth/record.ts';
import { Control } from '../../../infra/control/control.ts';
import { reportFirstDeployments } from '../../../infra/control/first-deployments.ts';
import { DockerTarget } from '../../../infra/docker/target.ts';
import { deadStackEnded } from '../../../infra/embedded/state.ts';
import type { Target } from '../../../infra/target.ts';
import { loadHere } from '../../../loadtests/campaign/load-here.ts';
import { lossCounters, type OpenRun, openRun } from '../../../loadtests/campaign/open-run.ts';
import { planHash } from '../../../loadtests/campaign/plan/canonical.ts';
import { drainQueue } from '../../../loadtests/campaign/queue-drain.ts';
import { sendTraffic, THRESHOLD_CROSSED } from '../../../loadtests/campaign/traffic.ts';
import type { LoadResult, RunnerChoice } from '../../../loadtests/load.ts';
import { CliError } from '../errors.ts';
import type { Interrupt } from '../interrupt.ts';
import type { MemoryPeak, MemoryWatch } from '../memory.ts';
import { places } from '../places.ts';
import { type DockerChoice, dockerChoice, embeddedChoice, type StackChoice } from '../stacks.ts';
import type { Step, Update } from '../steps.ts';
import { takeBack } from '../take-back.ts';
import { VERSION } from '../version.ts';
import { DatasetMaking } from './dataset-making.ts';
import { doing } from './doing.ts';
import type { Job } from './job.ts';
import type { Made } from './made.ts';
import { scaledEnv } from './scaled-settings.ts';
import { takeOverSteps } from './take-over.ts';
import { windowOpening } from './window-opening.ts';

export interface DatasetRunOptions {
  readonly runId: RunId;
  /** A stack of containers, instead of an embedded one. */
  readonly docker?: DockerChoice | undefined;
  readonly seed: number;
  readonly job: Job;
  readonly runner: RunnerChoice;
  /** Bring the ground truth too. */
  readonly labels: boolean;
  /** Publish the dataset though a gate failed. */
  readonly force: boolean;
  /** Where somebody waits for notifications, and converts meanwhile. */
  readonly eventWebhookUrl?: string | undefined;
  readonly interrupt: Interrupt;
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
  #truth: RunTruth | undefined;
  #interrupted = false;
  #making: DatasetMaking | undefined;

  private constructor(options: DatasetRunOptions) {
    this.#options = options;
    this.#folder = join(places.data, options.runId);
    const { runId, docker, job, eventWebhookUrl } = options;
    const env = scaledEnv(job.plan);
    this.#stack = docker
      ? dockerChoice({ ...docker, serviceEnv: env })
      : embeddedChoice({
          ...{ stateDir: places.stack(runId), rawPrefix: ownRawPrefix(runId), env, eventWebhookUrl },
        });
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
    const { scenario, rate, durationS } = this.#options.job;
    const step = (title: string, name: string, run: (update: Update) => Promise<string>): Step => ({
      title,
      run: async (update) => {
        this.#signal.throwIfAborted();
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
      step(`Traffic of ${scenario}: ${rate} requests/s for ${durationS} s`, 'traffic', (update) =>
        this.#sendTraffic(update),
      ),
      step('Draining', 'drain', (update) => this.#drain(update)),
      step('Converting', 'convert', (update) => this.#made.convert(update)),
      step('Sealing', 'seal', (update) => this.#made.seal(update)),
      step('Fetching', 'fetch', () => this.#made.fetch()),
    ];
  }

  made(): Made {
    if (!this.#making?.sealed) throw new Error('the run is not sealed');
    return {
      run_id: this.#options.runId,
      seed: this.#options.seed,
      folder: this.#folder,
      report: this.#making.report,
      ...this.#making.sealed,
      interrupted: this.#interrupted,
      seconds: this.#seconds,
      stack_memory: this.#stackMemory,
      thresholds_crossed: this.#load?.exitCode === THRESHOLD_CROSSED,
      load_summary: this.#load?.text ?? '',
    };
  }

  /** Every step is tried; the first error counts. A run that was recorded to its end keeps its record: see `resumable`. */
  async close(): Promise<void> {
    this.#memory?.stop();
    const staysUp = this.#staysUp; // that was up, and runs on; not one that is left for what it holds
    if (this.resumable && this.#target instanceof DockerTarget) this.#target.leaveUp();
    const steps = [
      () => (staysUp && this.#control ? takeBack(this.#control) : undefined),
      () => this.#control?.close(),
      () => this.#target?.stop({ signal: this.#signal }),
      () => (this.#making ? undefined : this.#open?.abandon()),
    ];
    const errors: unknown[] = [];
    for (const step of steps) await Promise.resolve(step()).catch((error) => errors.push(error));
    if (errors.length > 0) throw errors[0];
  }

  /** Recorded to its end, but not made into a dataset: `convert` and `seal` can go on from here. */
  get resumable(): boolean {
    return this.#making !== undefined && this.#making.sealed === undefined;
  }

  /** Takes the run's id, in the bucket where its record will be. */
  async #claim({ raw, startMs }: { raw: ObjectStore; startMs?: number }): Promise<void> {
    const { runId, docker, seed, job } = this.#options;
    this.#open = await openRun({
      ...{ raw, runId, seed },
      target: docker ? 'docker' : 'embedded',
      rawPrefix: this.#stack.rawPrefix,
      ...(startMs ? { startMs } : {}),
      ...(job.plan
        ? { timeScale: job.plan.time_scale, scaled: job.plan.scaled, planHash: planHash(job.plan) }
        : {}),
    });
  }

  async #findPrograms(update: Update): Promise<string> {
    this.#programs = await this.#stack.prepare({ update, signal: this.#signal });
    return Object.entries(this.#programs).flat().join(' ');
  }

  async #startStack(update: Update): Promise<string> {
    this.#memory = this.#stack.watchMemory();
    this.#target = await this.#stack.make({ update, signal: this.#signal });
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
    const { runId, seed, runner, job, interrupt } = this.#options;
    const { scenario, script, plan, rate, durationS, command } = job;
    const target = this.target;
    const hint = plan ? 'ending the traffic; the cases that are over are kept' : 'ending the traffic';
    const { traffic, result, requests, truth, interrupted } = await interrupt.part(hint, (signal, cutOff) =>
      sendTraffic({
        raw: this.#bucket('raw'),
        ...{ runId, script, scenario, seed, rate, durationS, command, plan },
        load: loadHere({
          runner,
          stack: {
            webApiUrl: target.address('web-api').url,
            controlUrl: this.#control?.address.url ?? '',
            controlToken: target.secrets().controlToken,
          },
        }),
        folder: join(places.stack(runId), 'client'),
        ...{ signal, cutOff },
        onProgress: (progress) => update(doing({ progress, durationS, plan })),
      }),
    );
    this.#traffic = traffic;
    this.#load = result;
    this.#truth = truth;
    this.#interrupted = interrupted;
    const by = result.runner === 'k6' ? `k6 ${result.runnerVersion}` : 'the bundled runner';
    const cases = truth && plan ? `, ${truth.cases.length} of ${plan.cases.length} cases` : '';
    return `${requests} requests by ${by}${cases}${interrupted ? ', interrupted' : ''}`;
  }

  async #drain(update: Update): Promise<string> {
    const target = this.target;
    update('waiting for the last payment jobs');
    await drainQueue({
      metricsUrl: `${target.address('payment-worker').url}/metrics`,
      token: target.secrets().metricsToken,
      signal: this.#signal,
    });
    update('stopping the services');
    await this.#control?.close();
    await target.stopServices();
    const endMs = Date.now() + 1; // exclusive: the last process has ended in this millisecond
    update('waiting for the collector to have put everything');
    const collector = await target.stopCollector({ signal: this.#signal });
    this.#signal.throwIfAborted(); // the run is not recorded to its end
    this.#stackMemory = this.#memory?.stop() ?? this.#stackMemory;
    if (!this.#load) throw new Error('there was no traffic');
    if (!this.#open) throw new Error('the run has no id yet');
    const raw = this.#bucket('raw');
    // before the record, so that whoever sees a complete run sees its truth
    if (this.#truth) await putTruth({ raw, truth: this.#truth });
    const record = await this.#open.complete({
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
    const { labels, force, eventWebhookUrl } = this.#options;
    const datasets = this.#bucket('datasets');
    this.#making = new DatasetMaking({
      ...{ raw, datasets, record, labels, force },
      missing: eventWebhookUrl !== undefined,
      folder: this.#folder,
      signal: this.#signal,
    });
    return `${collector.sent.logs} log records, ${collector.sent.traces} spans, ${collector.sent.metrics} metric points in the raw bucket`;
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

  get #made(): DatasetMaking {
    if (!this.#making) throw new Error('the run is not complete');
    return this.#making;
  }

  get #staysUp(): boolean {
    return this.#target instanceof DockerTarget && this.#target.staysUp;
  }

  get #signal(): AbortSignal {
    return this.#options.interrupt.signal;
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
