import { epochNs, instanceOf, logMessage, packed, VERSION } from './otlp.ts';
import { hexOf, randomBytes, rawKey, seeded } from './telemetry.ts';

/** One of them is a failure: an error with its stack. */
const FAILS = 50;
/** Epoch ms between two requests. */
const REQUEST_MS = 10;

interface Line {
  readonly service: string;
  /** Epoch ms. */
  readonly time: number;
  readonly body: string;
}

interface Ids {
  readonly request_id: string;
  readonly trace_id: string;
}

/**
 * Raw objects of logs: lines as pino writes them, each a JSON object in the body of a record. A request is an access line of two
 * services, and one in two something that a service says of it. `start` is epoch ms.
 */
export function* lineObjects({
  lines,
  start,
  seed = 1,
  perObject = 5_000,
}: {
  lines: number;
  start: number;
  seed?: number;
  /** Lines an object. */
  perObject?: number;
}): Generator<{ key: string; bytes: Uint8Array }> {
  const log = new StorefrontLog({ random: seeded(seed), start });
  for (let first = 0; first < lines; first += perObject) {
    const services = new Map<string, Uint8Array[]>();
    for (const { service, time, body } of log.take(Math.min(perObject, lines - first))) {
      const records = services.get(service) ?? [];
      records.push(logMessage({ observed: epochNs(time, 500_000), file: `${service}-1.log`, body }));
      services.set(service, records);
    }
    yield {
      key: rawKey({ signal: 'logs', uploaded: log.time + 1000, number: first }),
      bytes: packed([...services].map(([service, records]) => ({ service, records }))),
    };
  }
}

/** What the services write, line after line; each counts its own. */
class StorefrontLog {
  /** Of the last request, epoch ms. */
  time: number;
  readonly #random: () => number;
  readonly #counts = new Map<string, number>();
  #request = 0;
  #waiting: Line[] = [];

  constructor({ random, start }: { random: () => number; start: number }) {
    this.#random = random;
    this.time = start;
  }

  take(count: number): Line[] {
    while (this.#waiting.length < count) this.#waiting.push(...this.#requestLines());
    return this.#waiting.splice(0, count);
  }

  #requestLines(): Line[] {
    this.#request += 1;
    this.time += REQUEST_MS;
    const user = String(1 + this.#below(20_000));
    const ids: Ids = { request_id: this.#id(8), trace_id: this.#id(16) };
    const failed = this.#below(FAILS) === 0;
    const validated = this.#access({ user, method: 'POST', route: '/auth/validate', status: 200, most: 8 });
    const path = `/api/users/${user}`;
    const status = failed ? 503 : 200;
    const answered = this.#access({ user, method: 'GET', route: '/api/users/:id', path, status, most: 40 });
    return [
      this.#line('auth-service', 'info', 2, ids, validated),
      ...this.#between(ids, user, failed),
      this.#line('web-api', 'info', 9, ids, answered),
    ];
  }

  /** What one request in two says of itself, and each that fails. */
  #between(ids: Ids, user: string, failed: boolean): Line[] {
    if (failed) return [this.#line('web-api', 'error', 8, ids, { err: TIMEOUT, msg: TIMEOUT.message })];
    if (this.#request % 4 === 0) {
      const missed = { cache: { key: `user:${user}`, ttl_s: 60 }, msg: 'cache miss' };
      return [this.#line('web-api', 'info', 6, ids, missed)];
    }
    if (this.#request % 4 !== 2) return [];
    const order = 200_000 + this.#request;
    const job = { order_id: order, job_id: `order-${order}`, attempt: 1 + this.#below(3) };
    return [this.#line('payment-worker', 'info', 7, ids, { ...job, msg: 'payment paid' })];
  }

  /** The fields of an access line; `most`: ms that it took at most. */
  #access(of: { user: string; method: string; route: string; path?: string; status: number; most: number }) {
    const { user, method, route, path = route, status, most } = of;
    return {
      ...{ event: 'http.access', method, route, path, status },
      duration_ms: Math.round(this.#random() * most * 1000) / 1000,
      ...{ user_id: user, peer: '127.0.0.1', msg: `${method} ${route} ${status}` },
    };
  }

  #line(service: string, level: string, afterMs: number, { request_id, trace_id }: Ids, rest: object): Line {
    const line = (this.#counts.get(service) ?? 0) + 1;
    this.#counts.set(service, line);
    const time = this.time + afterMs;
    const base = { service, version: VERSION, instance: instanceOf(service), request_id, line, trace_id };
    return { service, time, body: JSON.stringify({ level, time, ...base, span_id: this.#id(8), ...rest }) };
  }

  #id(bytes: number): string {
    return hexOf(randomBytes(this.#random, bytes));
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

const TIMEOUT = {
  type: 'StorefrontError',
  message: 'database did not answer: timeout exceeded when trying to connect',
  stack: [
    'StorefrontError: database did not answer: timeout exceeded when trying to connect',
    ...[
      'storefrontError (services/chassis/errors.ts:51:10)',
      'databaseError (services/chassis/database.ts:110:24)',
    ].map((at) => `    at ${at}`),
  ].join('\n'),
  code: 'database_unavailable',
};
