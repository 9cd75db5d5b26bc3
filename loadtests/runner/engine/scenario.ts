import { START_LAG } from '../metrics/definition.ts';
import type { ScenarioPlan } from '../options/scenario.ts';
import type { ScenarioPart } from '../segment/part.ts';
import { now, sleepUntil } from './clock.ts';
import { runExecutor } from './executor.ts';
import type { TestRun } from './test.ts';
import { currentVu, type Vu } from './vu.ts';

/** One scenario while it runs: hands out iterations, and ends them when gracefulStop is over. */
export class ScenarioRun {
  /** What this process does of it. */
  readonly part: ScenarioPart;
  readonly test: TestRun;
  readonly startEpochMs: number;
  /** On the test's monotonic clock. */
  readonly startAt: number;
  private readonly vus: Vu[] = [];
  private readonly running = new Set<Promise<void>>();
  private started = 0;
  private active = 0;

  constructor({ part, test, startAt }: { part: ScenarioPart; test: TestRun; startAt: number }) {
    this.part = part;
    this.test = test;
    this.startAt = startAt;
    this.startEpochMs = Math.round(Date.now() + startAt - now());
  }

  get plan(): ScenarioPlan {
    return this.part.plan;
  }

  get activeVus(): number {
    return this.active;
  }

  /** Length without gracefulStop, in milliseconds. */
  get lengthMs(): number {
    return 'durationMs' in this.plan ? this.plan.durationMs : this.plan.maxDurationMs;
  }

  progress(): number {
    return Math.min(1, Math.max(0, (now() - this.startAt) / this.lengthMs));
  }

  createVu(): Vu {
    const vu = this.test.createVu({ scenario: this, indexInScenario: this.vus.length });
    this.vus.push(vu);
    return vu;
  }

  async run(): Promise<void> {
    const { stop } = this.test;
    try {
      await runExecutor({ scenario: this, stop });
      await this.drain();
    } finally {
      for (const vu of this.vus) vu.connections.close();
    }
  }

  /**
   * Runs one iteration to its end; never rejects. Arrival-rate executors give the intended start, whose lag is recorded.
   */
  iterate({ vu, intendedAt }: { vu: Vu; intendedAt?: number }): Promise<void> {
    const iteration = this.runOne({ vu, intendedAt }).finally(() => this.running.delete(iteration));
    this.running.add(iteration);
    return iteration;
  }

  private async runOne({ vu, intendedAt }: { vu: Vu; intendedAt: number | undefined }): Promise<void> {
    const startedAt = now();
    vu.iterationInScenario++;
    vu.iterationInInstance = this.started++;
    vu.iterationInTest = this.part.number({
      started: vu.iterationInInstance,
      vu: vu.indexInScenario,
      turn: vu.iterationInScenario,
    });
    if (intendedAt !== undefined) vu.emit({ metric: START_LAG, value: Math.max(0, startedAt - intendedAt) });
    this.active++;
    const finished = await this.callScript(vu);
    this.active--;
    vu.emit({ metric: 'data_sent', value: vu.sentBytes });
    vu.emit({ metric: 'data_received', value: vu.receivedBytes });
    vu.sentBytes = 0;
    vu.receivedBytes = 0;
    if (!finished) {
      this.test.interruptedIterations++;
      return;
    }
    vu.emit({ metric: 'iteration_duration', value: now() - startedAt });
    vu.emit({ metric: 'iterations', value: 1 });
    await this.test.ready();
  }

  /** @returns false if the iteration was cut off. An error that the script throws ends the iteration, not the test. */
  private async callScript(vu: Vu): Promise<boolean> {
    const { signal } = vu.interruption;
    let interrupt = () => {};
    const cutOff = new Promise<void>((resolve) => {
      interrupt = resolve;
      signal.addEventListener('abort', interrupt, { once: true });
    });
    try {
      await Promise.race([
        currentVu.run(vu, async () => this.test.script[this.plan.exec]?.(vu.data)),
        cutOff,
      ]);
      return !signal.aborted;
    } catch (error) {
      if (signal.aborted) return false;
      this.test.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return true;
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
  }

  private async drain(): Promise<void> {
    const limit = now() + this.plan.gracefulStopMs;
    const done = new AbortController();
    const all = Promise.all(this.running).then(() => done.abort());
    const timedOut = await sleepUntil({
      target: limit,
      signal: AbortSignal.any([done.signal, this.test.kill]),
    });
    if (timedOut || this.test.kill.aborted) for (const vu of this.vus) vu.interruption.abort();
    await all;
  }
}
