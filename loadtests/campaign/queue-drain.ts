import { setTimeout as wait } from 'node:timers/promises';
import { CampaignError } from './errors.ts';

const POLL_MS = 250;
const ANSWER_MS = 2_000;
const UNDER_WAY = /^payment_queue_jobs\{state="(?:waiting|active|delayed)"\} (\d+)/gm;

/**
 * Waits until payment-worker's own gauge says that no job waits, runs, or is delayed for a retry: what customers did is
 * then done to its end.
 * @throws `QUEUE_NOT_EMPTY`
 */
export async function drainQueue({
  metricsUrl,
  token,
  timeoutMs = 60_000,
  signal,
}: {
  metricsUrl: string;
  token: string;
  timeoutMs?: number;
  signal: AbortSignal;
}): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let jobs = Number.NaN;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    jobs = await jobsUnderWay({
      metricsUrl,
      token,
      signal,
    });
    if (jobs === 0) return;
    await wait(POLL_MS, undefined, { signal });
  }
  throw new CampaignError(
    'QUEUE_NOT_EMPTY',
    `payment jobs must be done ${timeoutMs / 1000} s after the traffic, ${Number.isNaN(jobs) ? 'the worker does not answer' : `${jobs} are left`}`,
  );
}

/** NaN while the worker does not answer (it may be restarting). */
async function jobsUnderWay({
  metricsUrl,
  token,
  signal,
}: {
  metricsUrl: string;
  token: string;
  signal: AbortSignal;
}): Promise<number> {
  // Not AbortSignal.any over AbortSignal.timeout: such a timeout is forgotten when garbage is collected (Node.js 20).
  const asking = new AbortController();
  const stop = () => asking.abort();
  const timer = setTimeout(stop, ANSWER_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(metricsUrl, { headers, signal: asking.signal });
    const found = response.ok ? [...(await response.text()).matchAll(UNDER_WAY)] : [];
    return found.length === 0 ? Number.NaN : found.reduce((sum, [, count]) => sum + Number(count), 0);
  } catch {
    return Number.NaN;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
