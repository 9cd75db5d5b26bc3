import { type RowGroup, textAt } from '../dataset/parquet.ts';
import { FRONT } from './front.ts';
import type { Clock, Joins } from './quality.ts';
import type { RequestIds } from './request-ids.ts';

const TRACE_COLUMNS = [
  'time',
  'event_kind',
  'duration',
  'service',
  'trace_id',
  'span_id',
  'parent_span_id',
  'request_id',
  'db_system',
];

/** What a trace has been seen to hold, as bits. */
const ROOT = 1;
const WIDE = 2;
const PUBLISHED = 4;
const WORKED = 8;
const STORED = 16;
const QUEUE_CHAIN = ROOT | PUBLISHED | WORKED | STORED;
/** Which service was seen first in the trace, from this bit up. */
const SERVICE_SHIFT = 8;

interface Interval {
  readonly service: string;
  readonly start: number;
  readonly end: number;
}

/** One call as both sides saw it, ms. */
interface Call {
  readonly offset: number;
  readonly delay: number;
}

/** Spans as the dataset has them: parents, what traces reach, and how far the clocks of services are apart. */
export class TracesSide {
  readonly columns = TRACE_COLUMNS;
  readonly #ids: RequestIds;
  readonly #traces = new Map<string, number>();
  readonly #services = new Map<string, number>();
  readonly #spans = new Set<string>();
  /** Spans whose parent has not come yet; files are in order of start, and a parent mostly starts first. */
  readonly #awaiting = new Map<string, number>();
  readonly #clients = new Map<string, Interval>();
  readonly #servers: { parent: string; interval: Interval }[] = [];
  #count = 0;

  constructor(ids: RequestIds) {
    this.#ids = ids;
  }

  add(group: RowGroup): void {
    const column = Object.fromEntries(TRACE_COLUMNS.map((name) => [name, group.column(name)]));
    const text = (name: string, i: number) => textAt(column[name] ?? [], i);
    for (let i = 0; i < group.rows; i++) {
      const [kind = '', service = '', parent] = [
        text('event_kind', i),
        text('service', i),
        text('parent_span_id', i),
      ];
      const span = text('span_id', i) ?? '';
      this.#count++;
      this.#spans.add(span);
      if (parent !== undefined && !this.#spans.has(parent)) {
        this.#awaiting.set(parent, (this.#awaiting.get(parent) ?? 0) + 1);
      }
      this.#mark({
        trace: text('trace_id', i) ?? '',
        kind,
        service,
        isRoot: parent === undefined,
        db: text('db_system', i),
      });
      const start = Number(column.time?.[i]);
      const interval = { service, start, end: start + Number(column.duration?.[i] ?? 0) };
      if (kind === 'http.client') this.#clients.set(span, interval);
      if (kind !== 'http.server') continue;
      if (parent !== undefined) this.#servers.push({ parent, interval });
      const request = text('request_id', i);
      if (service === FRONT && request !== undefined) this.#ids.add('rows_http_server', request);
    }
  }

  #mark(span: {
    trace: string;
    kind: string;
    service: string;
    isRoot: boolean;
    db: string | undefined;
  }): void {
    let bits = this.#traces.get(span.trace) ?? 0;
    const first = bits >>> SERVICE_SHIFT;
    const number = this.#serviceNumber(span.service);
    if (first === 0) bits |= number << SERVICE_SHIFT;
    else if (first !== number) bits |= WIDE;
    if (span.isRoot && span.kind === 'http.server' && span.service === FRONT) bits |= ROOT;
    if (span.kind === 'queue.publish' && span.service === FRONT) bits |= PUBLISHED;
    if (span.service === 'payment-worker') {
      if (span.kind === 'queue.job') bits |= WORKED;
      if (span.kind === 'db.query' && /^postgres/.test(span.db ?? 'postgresql')) bits |= STORED;
    }
    this.#traces.set(span.trace, bits);
  }

  #serviceNumber(service: string): number {
    const known = this.#services.get(service) ?? this.#services.size + 1;
    this.#services.set(service, known);
    return known;
  }

  has(trace: string): boolean {
    return this.#traces.has(trace);
  }

  joins(): Omit<Joins, 'request_logs' | 'joined_logs'> {
    let [request_traces, wide_traces, queue_traces, orphans] = [0, 0, 0, 0];
    for (const bits of this.#traces.values()) {
      if (!(bits & ROOT)) continue;
      request_traces++;
      if (bits & WIDE) wide_traces++;
      if ((bits & QUEUE_CHAIN) === QUEUE_CHAIN) queue_traces++;
    }
    for (const [parent, children] of this.#awaiting) if (!this.#spans.has(parent)) orphans += children;
    return { spans: this.#count, orphans, request_traces, wide_traces, queue_traces };
  }

  /**
   * A server span lies inside the client span that caused it. With θ the offset of the server's clock, and equal ways
   * there and back, θ = ((server.start − client.start) + (server.end − client.end)) / 2 (RFC 5905, 8). A client that is busy
   * sees its answer late, and its ways are not equal; so, as in RFC 5905, 10, the calls with the least delay count: the
   * median of the tenth of all that spent the least time on their ways.
   */
  offsets(): Clock['offsets'] {
    const samples = new Map<string, { client: string; server: string; calls: Call[] }>();
    for (const { parent, interval } of this.#servers) {
      const client = this.#clients.get(parent);
      if (!client) continue;
      const key = `${client.service}\0${interval.service}`;
      const pair = samples.get(key) ?? { client: client.service, server: interval.service, calls: [] };
      const [there, back] = [interval.start - client.start, client.end - interval.end];
      pair.calls.push({ offset: (there - back) / 2, delay: there + back });
      samples.set(key, pair);
    }
    return [...samples.keys()].sort().flatMap((key) => {
      const pair = samples.get(key);
      if (!pair) return [];
      const { client, server, calls } = pair;
      const least = calls.sort((a, b) => a.delay - b.delay).slice(0, Math.ceil(calls.length / 10));
      const sorted = least.map(({ offset }) => offset).sort((a, b) => a - b);
      const offset_ms = Math.round((sorted[sorted.length >> 1] ?? 0) * 1000) / 1000;
      return [{ client, server, pairs: calls.length, offset_ms }];
    });
  }
}
