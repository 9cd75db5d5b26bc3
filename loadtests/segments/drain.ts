import type { ObjectStore } from '../../converters/store/store.ts';
import { collectorQuiet } from '../campaign/collector-quiet.ts';
import { drainQueue } from '../campaign/queue-drain.ts';
import { type Launcher, untilSaid } from './launcher.ts';
import { type Drained, LoadObjects } from './objects.ts';

const POLL_MS = 2_000;
/** A task is there in ten minutes; it waits a minute for the jobs, and two for the collector. */
const DRAINED_WITHIN_MS = 780_000;

/**
 * Waits, inside the stack's network, until all that the traffic caused is in the raw bucket, and says so beside the run.
 * @throws QUEUE_NOT_EMPTY, COLLECTOR_NOT_QUIET
 */
export async function drain({
  objects,
  paymentWorkerUrl,
  metricsToken,
  collectorCountersUrl,
  versions,
  signal,
}: {
  objects: LoadObjects;
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
  const drained_ms = Date.now();
  await objects.put('drained', { end_ms, drained_ms, counters, versions: await versions() });
}

/** Has that done. @throws LOAD_NOT_ORDERED, LOAD_TASK_FAILED, the signal's reason */
export async function untilDrained({
  raw,
  runId,
  launcher,
  signal,
  withinMs = DRAINED_WITHIN_MS,
  pollMs = POLL_MS,
}: {
  raw: ObjectStore;
  runId: string;
  launcher: Launcher;
  signal: AbortSignal;
  withinMs?: number;
  pollMs?: number;
}): Promise<Drained> {
  const objects = await LoadObjects.ordered({ raw, runId });
  return untilSaid({
    ...{ launcher, withinMs, signal, pollMs },
    part: { part: 'drain', load: objects.load },
    said: () => objects.get('drained'),
    must: `what waits for the stack must say that all of run ${runId} is in the raw bucket`,
  });
}
