import { reasonOf, storefrontError } from '../chassis/errors.ts';
import { timeLimit } from '../chassis/time-limit.ts';
import { waitLeft } from '../chassis/wait-limit.ts';

/** How long auth-service may take, ms. A password check takes some 20 ms. */
const authTimeout = 1_500;

export interface AuthAnswer {
  status: number;
  body: Record<string, unknown>;
}

export interface AuthClient {
  /** @throws AUTH_UNAVAILABLE when there was no answer in time, or one that only a broken service gives */
  post(path: string, body: object, requestId: string): Promise<AuthAnswer>;
}

/** Calls to auth-service over kept-alive connections; the request id goes along, the trace context by itself. */
export function authClient({ authUrl }: { authUrl: string }): AuthClient {
  const base = authUrl.replace(/\/$/, '');
  return {
    post: async (path, body, requestId) => {
      let answer: AuthAnswer;
      const giveUp = new AbortController();
      const limit = waitLeft(authTimeout);
      const lift = timeLimit(limit, () => giveUp.abort(new Error(`no answer within ${limit} ms`)));
      try {
        const response = await fetch(`${base}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-request-id': requestId },
          body: JSON.stringify(body),
          signal: giveUp.signal,
        });
        answer = { status: response.status, body: (await response.json()) as Record<string, unknown> };
      } catch (error) {
        throw storefrontError('AUTH_UNAVAILABLE', [reasonOf(error)], { cause: error });
      } finally {
        lift();
      }
      if (answer.status >= 500) throw storefrontError('AUTH_UNAVAILABLE', [`status ${answer.status}`]);
      return answer;
    },
  };
}
