import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../errors.ts';
import type { ProcessEvent } from '../target.ts';
import type { Component } from '../topology/component.ts';
import { Child, type Exit, type Launch } from './child.ts';
import type { Guard } from './guard.ts';
import { lastLines } from './log-files.ts';

const POLL_MS = 50;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** Alive for so long, it counts as recovered: the next crash has the first pause again. */
const RECOVERED_MS = 10_000;

export interface InstanceOptions {
  readonly component: Component;
  readonly replica: number;
  readonly logFile: string;
  readonly guard: Guard;
  /** Called before every start, for what runs next (the release or the environment may have changed). */
  readonly launch: () => Promise<{ readonly launch: Launch; readonly version: string }>;
  /** Rejects with the reason while the component is not ready. */
  readonly probe: () => Promise<void>;
  readonly onEvent: (event: ProcessEvent) => void;
  readonly signal: AbortSignal;
}

/** One replica of a component: its process, and the next one after a crash. */
export class Instance {
  readonly replica: number;
  readonly logFile: string;
  readonly #options: InstanceOptions;
  #child: Child | undefined;
  /** From a start to the stop that was asked for; crashes and restarts lie within. */
  #run = new AbortController();
  #restarting: Promise<void> = Promise.resolve();
  #crashes = 0;

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.replica = options.replica;
    this.logFile = options.logFile;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the process and waits until it is healthy (a task: until it has ended well).
   * @throws COMPONENT_FAILED when it ends before that, COMPONENT_NOT_HEALTHY when it takes too long
   */
  async start(): Promise<void> {
    const run = new AbortController();
    this.#run = run;
    this.#crashes = 0;
    try {
      const child = await this.#spawn('started');
      await this.#untilReady(child);
    } catch (error) {
      await this.stop();
      throw error;
    }
    void this.#keepAlive(run.signal);
  }

  /** Ends the process and starts no other one. */
  async stop(): Promise<void> {
    this.#run.abort();
    await this.#restarting;
    const child = this.#child;
    if (child === undefined) return;
    await child.terminate(this.#options.component.stop);
    await this.#ended(child);
  }

  /** Sends a signal as a crash would come: nobody has asked for it. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async #spawn(type: 'started' | 'restarted'): Promise<Child> {
    const { component, logFile, guard } = this.#options;
    const { launch, version } = await this.#options.launch();
    const child = await Child.spawn({ launch, logFile, guard, stop: component.stop }).catch(
      (cause: Error) => {
        throw new InfraError(
          'COMPONENT_FAILED',
          [component.name, `could not be started: ${cause.message}`, ''],
          { cause },
        );
      },
    );
    this.#child = child;
    this.#emit({ type, ...this.#fact(child), version });
    return child;
  }

  async #untilReady(child: Child): Promise<void> {
    const { component, logFile, probe, signal } = this.#options;
    const { kind, withinSeconds } = component.health;
    const deadline = Date.now() + withinSeconds * 1000;
    const exit = { of: undefined as Exit | undefined };
    void child.exited.then((of) => {
      exit.of = of;
    });
    let reason = 'it still runs';
    while (Date.now() < deadline) {
      signal.throwIfAborted();
      if (exit.of !== undefined) {
        await this.#ended(child);
        if (kind === 'exit' && exit.of.code === 0) return;
        const how = exit.of.signal === null ? `with code ${exit.of.code}` : `by ${exit.of.signal}`;
        throw new InfraError('COMPONENT_FAILED', [component.name, `ended ${how}`, await lastLines(logFile)]);
      }
      if (kind !== 'exit') {
        const failure = await probe().then(
          () => undefined,
          (error: Error) => error,
        );
        if (failure === undefined) return;
        reason = failure.message;
      }
      await sleep(POLL_MS);
    }
    throw new InfraError('COMPONENT_NOT_HEALTHY', [
      component.name,
      withinSeconds,
      reason,
      await lastLines(logFile),
    ]);
  }

  /** Follows the process to the end of the run, and starts the next one after each crash. */
  async #keepAlive(run: AbortSignal): Promise<void> {
    while (this.#child !== undefined) {
      const child = this.#child;
      const since = Date.now();
      await child.exited;
      await this.#ended(child);
      if (run.aborted || this.#options.component.restart === 'never') return;
      if (Date.now() - since >= RECOVERED_MS) this.#crashes = 0;
      this.#restarting = this.#startAgain(run);
      await this.#restarting;
      if (run.aborted) return;
    }
  }

  async #startAgain(run: AbortSignal): Promise<void> {
    while (!run.aborted) {
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.#crashes, LONGEST_PAUSE_MS);
      this.#crashes += 1;
      await sleep(pause, undefined, { signal: run }).catch(() => {});
      if (run.aborted) return;
      const child = await this.#spawn('restarted').catch(() => undefined); // tried again after a longer pause
      if (child !== undefined) return;
    }
  }

  /** Tells the end of a process once. */
  async #ended(child: Child): Promise<void> {
    const { code, signal, oom } = await child.exited;
    if (this.#child !== child) return;
    this.#child = undefined;
    const expected = this.#run.signal.aborted || (this.#options.component.role === 'task' && code === 0);
    this.#emit({ type: 'exited', ...this.#fact(child), code, signal, oom, expected });
  }

  #fact({ pid }: Child) {
    return { service: this.#options.component.name, replica: this.replica, pid, time: Date.now() };
  }

  #emit(event: ProcessEvent): void {
    this.#options.onEvent(event);
  }
}
