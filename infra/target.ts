import type { ComponentName } from './topology/component.ts';

/** Where a component is reached; `url` is `http://host:port` and serves those that speak HTTP. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** Nothing but TLS is spoken there. */
  readonly tls?: true;
}

/** Made anew for every run, random, and never logged. */
export interface Secrets {
  readonly postgresPassword: string;
  readonly cachePassword: string;
  readonly queuePassword: string;
  readonly s3AccessKey: string;
  readonly s3SecretKey: string;
  readonly metricsToken: string;
  readonly operatorToken: string;
  readonly controlToken: string;
}

export interface Limits {
  readonly memoryMiB: number;
  /** Old space of V8, for the components that are Node.js programs. */
  readonly heapMiB?: number;
  readonly pids: number;
}

/** A change that somebody made before, as the control API takes it. */
export interface InEffect {
  readonly body: { readonly kind: string; readonly service: ComponentName } & Readonly<
    Record<string, unknown>
  >;
  /** Releases of the service, before and with it. */
  readonly from: string;
  readonly to: string;
}

interface ProcessFact {
  readonly service: ComponentName;
  /** 1, 2, … */
  readonly replica: number;
  readonly pid: number;
  /** Epoch ms. */
  readonly time: number;
}

/** What happened to a process. `restarted` is a start by the restart policy, after an exit that nobody asked for. */
export type ProcessEvent =
  | (ProcessFact & { readonly type: 'started' | 'restarted'; readonly version: string })
  | (ProcessFact & {
      readonly type: 'exited';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      /** It ended because it ran out of memory. */
      readonly oom: boolean;
      /** Somebody asked for it: stop, restart, deployment, scaling. */
      readonly expected: boolean;
    });

export interface SignalCounts {
  readonly logs: number;
  readonly traces: number;
  readonly metrics: number;
}

/** What the collector counted, over all its processes of a run (of one that was killed: up to the last reading). */
export interface CollectorReport {
  /** Every log file was read to its end and every queue was empty before it was stopped. */
  readonly drained: boolean;
  readonly seconds: number;
  readonly accepted: SignalCounts;
  readonly refused: SignalCounts;
  readonly sent: SignalCounts;
  readonly sendFailed: SignalCounts;
  readonly enqueueFailed: SignalCounts;
  /** Requests left in the queues. */
  readonly queued: SignalCounts;
  /** Log lines in the files; null where there are no files. */
  readonly lines: number | null;
  /** Records read from them, or forwarded; more than lines when the collector was restarted. */
  readonly linesRead: number;
  readonly processes: number;
  /** Process events that the collector did not take. */
  readonly processEventsLost: number;
}

/** A change that took effect, as a target tells it. */
export interface Applied {
  readonly service: ComponentName;
  readonly from: string;
  readonly to: string;
}

/** How long a collector is waited for; an abort of `signal` ends the waiting at once, and the report says `drained: false`. */
export interface DrainOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface LogOptions {
  /** Go on with new lines until `signal` aborts or the stack is stopped. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * One running stack. All targets have all verbs; target.contract.ts says what they mean.
 * Errors: InfraError; a failed change leaves (or brings back) what ran before.
 */
export interface Target {
  readonly kind: 'embedded' | 'docker' | 'aws';
  /** It was up before `start`, which then only found it; `stop` leaves it up. */
  readonly found: boolean;
  /** Starts everything in the order of needs, by health; ends when all of it is healthy and the one-shot tasks are done. */
  start(): Promise<void>;
  /** The three steps below, in order. May be called at any time, any number of times. `signal`: see DrainOptions. */
  stop(options?: Pick<DrainOptions, 'signal'>): Promise<void>;
  /** Services end in reverse order of needs, each with its grace. */
  stopServices(): Promise<void>;
  /** Waits until everything that was written is in the raw bucket, then ends the collector. */
  stopCollector(options?: DrainOptions): Promise<CollectorReport>;
  stopStores(): Promise<void>;

  address(component: ComponentName, port?: string): Address;
  secrets(): Secrets;
  /** Version of each service that has been asked for. */
  versions(): Readonly<Record<string, string>>;
  /** Changes that were in effect when the target was found, the oldest first of each service; none where it is made anew. */
  inEffect?(): readonly InEffect[];
  /** Limits that a service was made with, where they need not be those of the topology. */
  limits?(service: ComponentName): Limits | undefined;

  deploy(change: { readonly service: ComponentName; readonly release: string }): Promise<Applied>;
  rollback(service: ComponentName): Promise<Applied>;
  /** Services and stores. */
  restart(component: ComponentName): Promise<Applied>;
  scale(change: { readonly service: ComponentName; readonly replicas: number }): Promise<Applied>;
  /** Replaces the process: `env` is laid over the environment (null takes a variable away), `limits` over the limits. */
  setEnv(change: {
    readonly service: ComponentName;
    readonly env?: Readonly<Record<string, string | null>>;
    readonly limits?: Partial<Limits>;
  }): Promise<Applied>;

  /** The lines that a component's replicas have written, replica after replica. */
  logs(component: ComponentName, options?: LogOptions): AsyncIterable<string>;
  /** Events from this call on; ends when the stack is stopped. */
  events(): AsyncIterable<ProcessEvent>;
}
