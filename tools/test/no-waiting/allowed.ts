import type { Finding } from './finding.ts';

/** A place in the services that may have what others may not, as often as is said. */
export interface Allowed extends Pick<Finding, 'kind' | 'what' | 'within'> {
  /** Below services/. */
  readonly file: string;
  readonly times: number;
  readonly why: string;
}

const timer = (place: Omit<Allowed, 'kind' | 'times'> & { times?: number }): Allowed => ({
  ...{ kind: 'timer', times: 1 },
  ...place,
});

/**
 * Only the payment gateway takes time for its own sake. The others end a wait for something else (a limit), or keep to
 * starts, ends and the operator's side, where no customer's request waits for them. Back-off is left to the libraries.
 */
export const ALLOWED: readonly Allowed[] = [
  timer({
    ...{ file: 'payment-worker/gateway.ts', what: 'setTimeout', within: 'charge' },
    why: 'the payment gateway: what it takes over the network comes from order and attempt',
  }),
  timer({
    ...{ file: 'chassis/time-limit.ts', what: 'setTimeout', within: 'timeLimit' },
    why: 'the limit of a wait for redis or auth-service; lifted when the answer is there',
  }),
  timer({
    ...{ file: 'chassis/time-limit.ts', what: 'setImmediate', within: 'timeLimit' },
    why: 'one turn, in which an answer that has arrived is read before the limit counts as over',
  }),
  timer({
    ...{ file: 'chassis/redis.ts', what: 'timeLimit', within: 'sendCommand' },
    why: 'a limit: rejects a command that redis does not answer',
  }),
  timer({
    ...{ file: 'web-api/auth-client.ts', what: 'timeLimit', within: 'post' },
    why: 'a limit: gives a call up that auth-service does not answer',
  }),
  timer({
    ...{ file: 'web-api/web-api.ts', what: 'AbortSignal.timeout', within: 'auth' },
    why: 'a limit: of the health check’s question to auth-service',
  }),
  timer({
    ...{ file: 'chassis/http-server.ts', what: 'setTimeout', within: 'failedChecks' },
    why: 'a limit: of each check of /health',
  }),
  timer({
    ...{ file: 'chassis/http-server.ts', what: 'setInterval', within: 'closeConnectionsAtTheEnd' },
    why: 'closes idle connections while the server closes; nothing waits for it',
  }),
  timer({
    ...{ file: 'chassis/lifecycle.ts', what: 'setTimeout', within: 'end' },
    why: 'a limit: of a shutdown',
  }),
  timer({
    ...{ file: 'chassis/lifecycle.ts', what: 'setTimeout', within: 'stopTelemetry' },
    why: 'a limit: of the last flush of telemetry',
  }),
  timer({
    ...{ file: 'chassis/redis.ts', what: 'setTimeout', within: 'redisReady' },
    why: 'a limit: at the start of a service, before it serves',
  }),
  timer({
    ...{ file: 'flags/subscription.ts', what: 'setTimeout', within: 'subscribeFlags', times: 2 },
    why: 'a limit at the start; and the back-off of a session that is no request’s, which pg leaves to its user',
  }),
  timer({
    ...{ file: 'operator/feature-flag.ts', what: 'setTimeout', within: 'instancesBehind' },
    why: 'the operator asks whether a flag has arrived; no customer’s request comes here',
  }),
  {
    ...{ file: 'operator/feature-flag.ts', kind: 'loop on the clock', what: 'WhileStatement' },
    ...{ within: 'instancesBehind', times: 1 },
    why: 'the same questions: it ends at a deadline, and does not compute in between',
  },
];
