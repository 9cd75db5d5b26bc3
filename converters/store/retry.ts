import { setTimeout as delay } from 'node:timers/promises';

/** How long a failure is met with another attempt. Waits double from `firstWaitMs` up to `maxWaitMs`. */
interface Patience {
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

/**
 * The server is there and asks for patience (5xx, 429, a cut connection): 19 s of it, at most eight times a second a call. Where
 * 7 of 10 are refused, one call in 10^12 needs 80 attempts.
 */
export const BUSY: Patience = { attempts: 155, firstWaitMs: 20, maxWaitMs: 125 };
/** Nothing listens, or the name is unknown: it may just be starting; more often the endpoint is wrong. */
export const ABSENT: Patience = { attempts: 4, firstWaitMs: 100, maxWaitMs: 1_000 };

export interface RetryOptions<T> {
  /** `attempt` counts from 1. */
  readonly action: (attempt: number) => Promise<T>;
  /** Undefined: the error is final. */
  readonly patienceFor: (error: unknown) => Patience | undefined;
  /** Makes the last error one for people. */
  readonly explain: (error: unknown, attempts: number) => unknown;
}

/** Bounded attempts with waits of fixed lengths (no jitter: converters take no random numbers). */
export async function retry<T>({ action, patienceFor, explain }: RetryOptions<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt);
    } catch (error) {
      const patience = patienceFor(error);
      if (!patience || attempt >= patience.attempts) throw explain(error, attempt);
      await delay(Math.min(patience.maxWaitMs, patience.firstWaitMs * 2 ** (attempt - 1)));
    }
  }
}
