import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '../../converters/store/store.ts';
import { collectorQuiet } from '../campaign/collector-quiet.ts';
import { CampaignError } from '../campaign/errors.ts';
import { drainQueue } from '../campaign/queue-drain.ts';
import type { Launcher } from './conduct.ts';
import { type Drained, LoadObjects } from './objects.ts';

const POLL_MS = 2_000;

/**
 * Waits, inside the stack's network, until all that the traffic caused is in the raw bucket, and says so beside the run.
 * @throws QUEUE_NOT_EMPTY, COLLECTOR_NOT_QUIET
 */
export async function drain({
  raw,
  runId,
  paymentWorkerUrl,
  metricsToken,
  collectorCountersUrl,
  versions,
  signal,
}: {
  raw: ObjectStore;
  runId: string;
  /** Any replica: its gauge counts the jobs in the queue itself, with those that the others have. */
  paymentWorkerUrl: string;
  metricsToken: string;
  collectorCountersUrl: string;
  /** Of the services. */
  versions: () => Promise<Drained['versions']>;
  signal: AbortSignal;
}): Promise<void> {
  await drainQueue({ metricsUrl: `${paymentWorkerUrl}/metrics`, token: metricsToken, signal });
  const end_ms = Date.now();
  const counters = await collectorQuiet({ url: collectorCountersUrl, signal });
  await new LoadObjects({ raw, runId }).put('drained', { end_ms, counters, versions: await versions() });
}

/** Has that done. @throws LOAD_TASK_FAILED, the signal's reason */
export async function untilDrained({
  raw,
  runId,
  launcher,
  signal,
  pollMs = POLL_MS,
}: {
  raw: ObjectStore;
  runId: string;
  launcher: Launcher;
  signal: AbortSignal;
  pollMs?: number;
}): Promise<Drained> {
  const objects = new LoadObjects({ raw, runId });
  const part = await launcher.start('drain');
  try {
    for (;;) {
      signal.throwIfAborted();
      const ended = await part.ended();
      const drained = await objects.get('drained');
      if (drained) return drained;
      if (ended !== undefined)
        throw new CampaignError(
          'LOAD_TASK_FAILED',
          `what waits for the stack must say that all of run ${runId} is in the raw bucket, ${part.name} has ended: ${ended}`,
        );
      await sleep(pollMs, undefined, { signal });
    }
  } catch (error) {
    await part.stop().catch(() => {});
    throw error;
  }
}
