import { SpanStatusCode, trace } from '@opentelemetry/api';

export type Reason = 'ok' | 'unknown_user' | 'wrong_password' | 'unknown_session';

export interface Verdict {
  reason: Reason;
  /** whose login or session it is, when that is known */
  userId?: number;
}

/** Runs an authentication in a span of its own, which says whose it was and how it ended. */
export function inAuthSpan<T extends Verdict>(
  name: 'auth.login' | 'auth.validate',
  work: () => Promise<T>,
): Promise<T> {
  return trace.getTracer('auth-service').startActiveSpan(name, async (span) => {
    try {
      const verdict = await work();
      if (verdict.userId !== undefined) span.setAttribute('enduser.id', String(verdict.userId));
      span.setAttributes({
        'auth.outcome': verdict.reason === 'ok' ? 'success' : 'failure',
        'auth.reason': verdict.reason,
      });
      return verdict;
    } catch (error) {
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    } finally {
      span.end();
    }
  });
}
