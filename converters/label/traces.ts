import { type RowGroup, textAt } from '../dataset/parquet.ts';
import { FRONT } from '../judge/front.ts';
import type { Span } from '../truth/record.ts';

const TOUCH_COLUMNS = [
  ...['time', 'event_kind', 'service', 'duration', 'trace_id', 'parent_span_id', 'http_route', 'db_system'],
];

/** A trace as the labels need it. */
export interface Touched {
  /** Start of its first span, epoch ms. */
  start_ms: number;
  /** Time of its last row. */
  last_ms: number;
  /** Of the request that it is about; '' where no span or line of it says. */
  route: string;
  /** A bit for each of the services that were asked for. */
  services: number;
}

/** What a store's spans are spans of, since stores emit none. */
const STORES: Readonly<Record<string, string>> = { postgresql: 'postgres', redis: 'cache' };

/** What every trace touches. Rows of traces and of logs go in. Memory: about 200 bytes a trace. */
export class TracesTouched {
  readonly columns = TOUCH_COLUMNS;
  readonly #services: readonly string[];
  readonly #traces = new Map<string, Touched>();

  /** @param services at most 31, those that a label may be about */
  constructor(services: readonly string[]) {
    this.#services = services;
  }

  add(group: RowGroup): void {
    const column = Object.fromEntries(TOUCH_COLUMNS.map((name) => [name, group.column(name)]));
    const text = (name: string, i: number) => textAt(column[name] ?? [], i);
    for (let i = 0; i < group.rows; i++) {
      const trace = text('trace_id', i);
      if (trace === undefined) continue;
      const [kind, service] = [text('event_kind', i), text('service', i) ?? ''];
      // The time of an access line is that of the answer.
      const access = kind === 'http.access';
      const time = Number(column.time?.[i]);
      const start_ms = time - (access ? Number(column.duration?.[i] ?? 0) : 0);
      const touched = this.#traces.get(trace) ?? { start_ms, last_ms: time, route: '', services: 0 };
      touched.start_ms = Math.min(touched.start_ms, start_ms);
      touched.last_ms = Math.max(touched.last_ms, time);
      touched.services |= this.#bit(service) | this.#bit(STORES[text('db_system', i) ?? ''] ?? '');
      const root = kind === 'http.server' && text('parent_span_id', i) === undefined;
      if (service === FRONT && (root || (access && touched.route === '')))
        touched.route = text('http_route', i) ?? touched.route;
      this.#traces.set(trace, touched);
    }
  }

  /** Undefined where no row has this trace. */
  of(trace: string): Touched | undefined {
    return this.#traces.get(trace);
  }

  /** Those whose rows lie so many milliseconds apart, or more: from the first to the last. */
  lasting(ms: number): Span[] {
    return [...this.#traces.values()]
      .filter(({ start_ms, last_ms }) => last_ms - start_ms >= ms)
      .map(({ start_ms, last_ms }) => ({ start_ms, end_ms: last_ms }));
  }

  /** The first of these services that the trace touches. */
  firstOf(touched: Touched, services: readonly string[]): string | undefined {
    return services.find((service) => (touched.services & this.#bit(service)) !== 0);
  }

  #bit(service: string): number {
    const at = this.#services.indexOf(service);
    return at < 0 ? 0 : 1 << at;
  }
}
