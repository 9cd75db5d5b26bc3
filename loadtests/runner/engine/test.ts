import { setMaxListeners } from 'node:events';
import { EXIT, errors, RunnerError } from '../errors.ts';
import { knownMetrics } from '../metrics/definition.ts';
import { MetricStore, type Sample } from '../metrics/store.ts';
import { parseOptions, type TestPlan } from '../options/options.ts';
import { type PointSink, PointsFile } from '../points/file.ts';
import { Division } from '../segment/division.ts';
import { partOf } from '../segment/part.ts';
import {
  checkThresholds,
  evaluateThresholds,
  findAbort,
  type ThresholdResult,
} from '../thresholds/evaluate.ts';
import { now } from './clock.ts';
import { runPhase } from './phase.ts';
import { ScenarioRun } from './scenario.ts';
import { Vu } from './vu.ts';

/** A loaded script module. */
export type Script = Record<string, ((data?: unknown) => unknown) | undefined>;

export interface CheckCount {
  name: string;
  passes: number;
  fails: number;
}

export interface TestProgress {
  elapsedMs: number;
  iterations: number;
  requests: number;
  failures: number;
  dropped: number;
  activeVus: number;
}

/** What of a script is not to be done: k6's `--no-setup`, `--no-teardown`, `--no-thresholds`. */
export interface LeftOut {
  readonly setup?: boolean;
  readonly teardown?: boolean;
  readonly thresholds?: boolean;
}

/** k6 evaluates abortOnFail at this pace, in milliseconds. */
const THRESHOLD_PACE = 2_000;
const GAUGE_PACE = 1_000;

/** One test from options to exit code. Owns its metrics, its VUs and the signals that end it. */
export class TestRun {
  readonly script: Script;
  readonly plan: TestPlan;
  /** Which segment of the execution this is. */
  readonly division: Division;
  readonly leftOut: LeftOut;
  readonly store: MetricStore;
  readonly checks = new Map<string, CheckCount>();
  readonly log: (text: string) => void;
  interruptedIterations = 0;
  elapsedMs = 0;
  thresholds: ThresholdResult[] = [];
  setupData: string | undefined;
  private readonly points: PointSink | undefined;
  private readonly stopping = new AbortController();
  private readonly killing = new AbortController();
  private readonly pending = new Set<Promise<unknown>>();
  private scenarios: ScenarioRun[] = [];
  private vuCount = 0;
  private startedAt = 0;
  private exitCode: number = EXIT.ok;
  private lastFailure: string | undefined;

  constructor({
    script,
    pointsFile,
    division = Division.WHOLE,
    leftOut = {},
    log = (text) => process.stderr.write(`${text}\n`),
  }: {
    script: Script;
    pointsFile?: string | undefined;
    division?: Division;
    leftOut?: LeftOut;
    log?: (text: string) => void;
  }) {
    this.script = script;
    this.division = division;
    this.leftOut = leftOut;
    this.log = log;
    // One listener a scenario and waiting VU, however many there are.
    setMaxListeners(0, this.stop, this.kill);
    const plan = parseOptions({ options: script.options, exported: script });
    this.plan = leftOut.thresholds ? { ...plan, thresholds: [] } : plan;
    const selectors = this.plan.thresholds.map(({ selector }) => selector);
    this.store = new MetricStore({ definitions: knownMetrics(), selectors });
    checkThresholds({ store: this.store, plans: this.plan.thresholds });
    if (pointsFile)
      this.points = new PointsFile({ path: pointsFile, describe: (metric) => this.describe(metric) });
  }

  /** Aborts when no further iteration may start. */
  get stop(): AbortSignal {
    return this.stopping.signal;
  }

  /** Aborts when running iterations must end now. */
  get kill(): AbortSignal {
    return this.killing.signal;
  }

  /** Ctrl-C: the first lets running iterations finish within gracefulStop, the second cuts them off. */
  interrupt(): void {
    if (this.stopping.signal.aborted) this.killing.abort();
    this.exitCode = EXIT.interrupted;
    this.stopping.abort();
  }

  /** Runs setup, all scenarios and teardown. @returns the exit code */
  async run(): Promise<number> {
    this.startedAt = now();
    const watch = this.startWatch();
    try {
      if (this.script.setup && !this.leftOut.setup) {
        this.setupData = await runPhase({ test: this, phase: 'setup', timeoutMs: this.plan.setupTimeoutMs });
      }
      await this.runScenarios();
      if (this.script.teardown && !this.leftOut.teardown) {
        const { teardownTimeoutMs: timeoutMs } = this.plan;
        await runPhase({ test: this, phase: 'teardown', timeoutMs, data: this.setupData });
      }
    } catch (error) {
      this.fail(error);
    } finally {
      for (const handle of watch) clearInterval(handle);
      await Promise.all(this.pending);
      this.elapsedMs = now() - this.startedAt;
      await this.points?.close().catch((error) => this.fail(error));
    }
    return this.judge();
  }

  /** Takes samples that others left for its own: what is summed up and judged then is all of them. @returns the exit code */
  async replay(samples: AsyncIterable<Sample>): Promise<number> {
    let [first, last] = [Number.POSITIVE_INFINITY, 0];
    for await (const sample of samples) {
      const { metric, time, value, tags } = sample;
      [first, last] = [Math.min(first, time), Math.max(last, time)];
      this.store.add(sample);
      if (metric === 'checks' && tags.check !== undefined)
        this.recordCheck({ name: tags.check, ok: value > 0 });
    }
    this.elapsedMs = Math.max(1, last - first);
    return this.judge();
  }

  /** Ids are from 1, and no two segments of an execution have the same; within this one they are without gaps. */
  createVu(of: { scenario: ScenarioRun; indexInScenario: number } | undefined, data = this.setupData): Vu {
    const id = of ? 1 + this.division.nth(this.vuCount) : 0;
    const idInInstance = of ? ++this.vuCount : 0;
    return new Vu({ id, idInInstance, test: this, ...of, ...(data !== undefined && { data }) });
  }

  emit(sample: Sample): void {
    this.store.add(sample);
    this.points?.write(sample);
  }

  recordCheck({ name, ok }: { name: string; ok: boolean }): void {
    const count = this.checks.get(name) ?? { name, passes: 0, fails: 0 };
    count[ok ? 'passes' : 'fails']++;
    this.checks.set(name, count);
  }

  recordDropped({ plan }: ScenarioRun): void {
    const tags = { group: '', scenario: plan.name, ...plan.tags };
    this.emit({ metric: 'dropped_iterations', value: 1, tags, time: Date.now() });
  }

  /** Resolves when the points file has room again; a file that cannot be written ends the test. */
  async ready(): Promise<void> {
    try {
      await this.points?.ready();
    } catch (error) {
      if (!this.killing.signal.aborted) this.abort({ error });
    }
  }

  /** The test does not end before `work` has: a request that was cut off still leaves its points. */
  track<T>(work: Promise<T>): Promise<T> {
    const tracked = work.finally(() => this.pending.delete(tracked));
    this.pending.add(tracked);
    return tracked;
  }

  progress(): TestProgress {
    const stat = (metric: string, name: string) => this.store.entries.get(metric)?.sink.stat(name, 0) ?? 0;
    return {
      elapsedMs: now() - this.startedAt,
      iterations: stat('iterations', 'count'),
      requests: stat('http_reqs', 'count'),
      failures: stat('http_req_failed', 'passes'),
      dropped: stat('dropped_iterations', 'count'),
      activeVus: this.scenarios.reduce((sum, { activeVus }) => sum + activeVus, 0),
    };
  }

  private judge(): number {
    this.thresholds = this.evaluate();
    if (this.exitCode === EXIT.ok && this.thresholds.some(({ ok }) => !ok))
      this.exitCode = EXIT.thresholdsFailed;
    return this.exitCode;
  }

  private async runScenarios(): Promise<void> {
    if (this.stop.aborted) return;
    const origin = now();
    this.scenarios = this.plan.scenarios.flatMap((plan) => {
      const part = partOf({ plan, whole: this.division });
      return part ? [new ScenarioRun({ part, test: this, startAt: origin + plan.startMs })] : [];
    });
    await Promise.all(this.scenarios.map((scenario) => scenario.run()));
    this.sampleGauges();
  }

  private startWatch(): NodeJS.Timeout[] {
    return [
      setInterval(() => this.sampleGauges(), GAUGE_PACE),
      setInterval(() => {
        const results = this.evaluate();
        const abort = findAbort({ results, elapsedMs: now() - this.startedAt });
        if (!abort || this.killing.signal.aborted) return;
        this.abort({ error: errors.thresholdAborts({ ...abort.plan, actual: abort.actual }) });
      }, THRESHOLD_PACE),
    ];
  }

  private sampleGauges(): void {
    const time = Date.now();
    this.emit({ metric: 'vus', value: this.progress().activeVus, tags: {}, time });
    this.emit({ metric: 'vus_max', value: this.vuCount, tags: {}, time });
  }

  private evaluate(): ThresholdResult[] {
    const elapsedMs = this.elapsedMs || now() - this.startedAt;
    return evaluateThresholds({ store: this.store, plans: this.plan.thresholds, elapsedMs });
  }

  /** Ends everything at once, running iterations too. */
  private abort({ error }: { error: unknown }): void {
    this.fail(error);
    this.stopping.abort();
    this.killing.abort();
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    if (text !== this.lastFailure) this.log(text);
    this.lastFailure = text;
    if (this.exitCode === EXIT.interrupted) return;
    this.exitCode = error instanceof RunnerError ? error.exitCode : EXIT.scriptFailed;
  }

  private describe(metric: string) {
    const definition = this.store.entries.get(metric)?.definition;
    if (!definition) return undefined;
    const thresholds = this.plan.thresholds
      .filter(({ selector }) => selector === metric)
      .map(({ source }) => source);
    return { definition, thresholds, selectors: this.store.selectorsOf(metric) };
  }
}
