import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Span } from '../../truth/record.ts';
import { FRONT } from '../front.ts';
import type { Unanswered } from '../quality.ts';
import { quantile } from './delta.ts';
import { inside } from './quiet.ts';

const ANSWER_COLUMNS = [
  'time',
  'event_kind',
  'service',
  'duration',
  'http_status',
  'http_route',
  'request_id',
];

/** Requests that are compared: when each was sent, and how long its answer took; Infinity for an error or no answer. */
interface Answer {
  readonly sent_ms: number;
  readonly duration_ms: number;
  readonly route: string;
}

/** What a stretch of time was like for the customers. */
export interface Served {
  readonly requests: number;
  /** Of the answers that were no errors, ms; null without any. */
  readonly p99_ms: number | null;
  /** Share of all requests; null without any. */
  readonly errors: number | null;
}

/**
 * The requests of the front service by the time at which they were sent, from the rows `http.access` (whose own time is
 * that of the answer) and, where no answer came, from the client. Memory: three numbers a request.
 */
export class Answers {
  readonly columns = ANSWER_COLUMNS;
  readonly #unanswered: Map<string, Unanswered>;
  /** By the client's name for a request: a few of its ids, by which its route is found. */
  readonly #examples: ReadonlyMap<string, string>;
  readonly #routeOfName = new Map<string, string>();
  #answers: Answer[] = [];

  constructor({
    unanswered = [],
    examples = new Map(),
  }: {
    unanswered?: readonly Unanswered[];
    examples?: ReadonlyMap<string, string>;
  } = {}) {
    this.#unanswered = new Map(unanswered.map((request) => [request.request_id, request]));
    this.#examples = examples;
  }

  add(group: RowGroup): void {
    const column = Object.fromEntries(ANSWER_COLUMNS.map((name) => [name, group.column(name)]));
    const { time = [], event_kind = [], service = [], duration = [], http_status = [] } = column;
    for (let i = 0; i < group.rows; i++) {
      if (event_kind[i] !== 'http.access' || service[i] !== FRONT) continue;
      const id = textAt(column.request_id ?? [], i) ?? '';
      const route = textAt(column.http_route ?? [], i) ?? '';
      const name = this.#examples.get(id);
      if (name !== undefined) this.#routeOfName.set(name, route);
      const took = Number(duration[i] ?? 0);
      const unanswered = this.#unanswered.delete(id);
      const failed = unanswered || http_status[i] == null || Number(http_status[i]) >= 500;
      const duration_ms = failed ? Number.POSITIVE_INFINITY : took;
      this.#answers.push({ sent_ms: Number(time[i]) - took, duration_ms, route });
    }
  }

  /** After the last row: what no row told of comes in, and all is put into order. */
  finish(): void {
    for (const { sent_ms, name } of this.#unanswered.values())
      if (sent_ms !== null)
        this.#answers.push({
          sent_ms,
          duration_ms: Number.POSITIVE_INFINITY,
          route: this.#routeOfName.get(name) ?? '',
        });
    this.#unanswered.clear();
    this.#answers.sort((a, b) => a.sent_ms - b.sent_ms);
  }

  /** Durations of the requests that were sent within a span, on these routes; no route means all. */
  durations(span: Span, routes: readonly string[]): number[] {
    const durations: number[] = [];
    for (let i = this.#first(span.start_ms); i < this.#answers.length; i++) {
      const { sent_ms, duration_ms, route } = this.#answers[i] as Answer;
      if (!inside(sent_ms, span)) break;
      if (routes.length === 0 || routes.includes(route)) durations.push(duration_ms);
    }
    return durations;
  }

  #first(at: number): number {
    let [low, high] = [0, this.#answers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#answers[middle] as Answer).sent_ms < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function served(durations: readonly number[]): Served {
  const answered = durations.filter(Number.isFinite);
  return {
    requests: durations.length,
    p99_ms: quantile(answered, 0.99),
    errors: durations.length === 0 ? null : 1 - answered.length / durations.length,
  };
}
