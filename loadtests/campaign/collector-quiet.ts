import { setTimeout as wait } from 'node:timers/promises';
import { type Counters, readCounters } from '../../infra/collector/counters.ts';
import { CampaignError } from './errors.ts';

const POLL_MS = 500;
/** Longer than the services keep spans to themselves (5 s) and the collector its batches (1 s) together. */
const QUIET_MS = 8_000;

/**
 * Waits until no log record and no span came in for a while and the collector's queues are empty: all that the traffic
 * caused is in the raw bucket, while the stack goes on running (its metrics never end).
 * @throws `COLLECTOR_NOT_QUIET`
 */
export async function collectorQuiet({
  url,
  timeoutMs = 120_000,
  signal,
}: {
  /** Where the collector's own counters are. */
  url: string;
  timeoutMs?: number;
  signal: AbortSignal;
}): Promise<Counters> {
  const deadline = performance.now() + timeoutMs;
  let since = performance.now();
  let before = '';
  while (performance.now() < deadline) {
    const counters = await readCounters(url).catch(() => undefined);
    const now = counters === undefined ? '' : `${counters.accepted.logs} ${counters.accepted.traces}`;
    if (now !== before || now === '') since = performance.now();
    before = now;
    // metrics are always under way in a stack that goes on
    const queued = counters && { ...counters.queued, metrics: 0 };
    if (queued && queued.logs + queued.traces === 0 && performance.now() - since > QUIET_MS)
      return { ...counters, queued };
    await wait(POLL_MS, undefined, { signal });
  }
  throw new CampaignError(
    'COLLECTOR_NOT_QUIET',
    `the collector must have put everything ${timeoutMs / 1000} s after the traffic; is other traffic going on, or its bucket unreachable? See its counters at ${url}/metrics`,
  );
}
