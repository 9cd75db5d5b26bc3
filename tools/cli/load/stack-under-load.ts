import { openStore } from '../../../converters/store/open.ts';
import type { ObjectStore } from '../../../converters/store/store.ts';
import { type Counters, countersSince, readCounters } from '../../../infra/collector/counters.ts';
import type { Target } from '../../../infra/target.ts';
import { collectorQuiet } from '../../../loadtests/campaign/collector-quiet.ts';
import { type Load, loadHere } from '../../../loadtests/campaign/load-here.ts';
import { drainQueue } from '../../../loadtests/campaign/queue-drain.ts';
import type { RunnerChoice } from '../../../loadtests/load.ts';
import type { StackAccess } from '../environment-stack.ts';

/** A stack that is up, as `load` uses it: what differs by where the traffic comes from. */
export interface StackUnderLoad {
  readonly target: Target['kind'];
  readonly raw: ObjectStore;
  readonly rawPrefix: string;
  /** Before any traffic. */
  begin(): Promise<void>;
  load(options: { runId: string; scenario: string; runner: RunnerChoice }): Load;
  /** Waits until all that the traffic caused is in the raw bucket. */
  drained(options: { runId: string; signal: AbortSignal }): Promise<Drained>;
  close(): void;
}

export interface Drained {
  /** When the payment jobs were done, epoch ms. */
  readonly endMs: number;
  /** Until when raw objects were put, by the clock of who has waited for them. */
  readonly drainedMs: number;
  /** What the collector counted since `begin`. */
  readonly collector: Counters;
  /** Of the services. */
  readonly versions: Readonly<Record<string, string>>;
}

/** One that is reached from this computer. */
export function nearStack(stack: StackAccess): StackUnderLoad {
  let before: Counters | undefined;
  return {
    target: stack.target,
    rawPrefix: stack.raw_prefix,
    raw: openStore('s3://raw', {
      endpoint: stack.s3.endpoint,
      credentials: { accessKeyId: stack.s3.access_key, secretAccessKey: stack.s3.secret_key },
    }),
    async begin() {
      before = await readCounters(stack.collector_counters);
    },
    load: ({ runner }) =>
      loadHere({
        runner,
        stack: {
          webApiUrl: stack.web_api,
          controlUrl: stack.control.url,
          controlToken: stack.control.token,
        },
      }),
    async drained({ signal }) {
      const metricsUrl = `${stack.payment_worker}/metrics`;
      await drainQueue({ metricsUrl, token: stack.metrics_token, signal });
      const endMs = Date.now();
      const now = await collectorQuiet({ url: stack.collector_counters, signal });
      const collector = before ? countersSince(before, now) : now;
      return { endMs, drainedMs: Date.now(), collector, versions: stack.versions };
    },
    close: () => {},
  };
}
