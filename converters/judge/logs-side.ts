import { type RowGroup, textAt } from '../dataset/parquet.ts';
import { FRONT } from './front.ts';
import type { Joins } from './quality.ts';
import type { RequestIds } from './request-ids.ts';
import type { TracesSide } from './traces-side.ts';

const LOG_COLUMNS = ['time', 'event_kind', 'service', 'request_id', 'trace_id', 'signal'];

/** How a process ends that nobody asked to end. */
const KILLED = ['process.exit', 'process.oom'];

/** Log rows as the dataset has them: which requests they are about, and whether those requests' traces are there. */
export class LogsSide {
  readonly columns = LOG_COLUMNS;
  readonly #ids: RequestIds;
  readonly #traces: TracesSide;
  #requestLogs = 0;
  #joined = 0;
  readonly #killed = new Set<string>();

  /** @param traces with all spans added */
  constructor({ ids, traces }: { ids: RequestIds; traces: TracesSide }) {
    this.#ids = ids;
    this.#traces = traces;
  }

  add(group: RowGroup): void {
    const [kinds, services] = [group.column('event_kind'), group.column('service')];
    const [requests, traceIds] = [group.column('request_id'), group.column('trace_id')];
    const signals = group.column('signal');
    for (let i = 0; i < group.rows; i++) {
      const kind = String(kinds[i]);
      // Who does not stop when asked to is killed, too.
      if (KILLED.includes(kind) || (kind === 'process.stop' && signals[i] === 'SIGKILL'))
        this.#killed.add(textAt(services, i) ?? '');
      const request = textAt(requests, i);
      if (request === undefined) continue;
      this.#requestLogs++;
      if (this.#traces.has(textAt(traceIds, i) ?? '')) this.#joined++;
      if (kinds[i] === 'http.access' && services[i] === FRONT) this.#ids.add('rows_http_access', request);
    }
  }

  joins(): Pick<Joins, 'request_logs' | 'joined_logs'> {
    return { request_logs: this.#requestLogs, joined_logs: this.#joined };
  }

  killed(): string[] {
    return [...this.#killed].sort();
  }
}
