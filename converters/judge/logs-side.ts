import type { RowGroup } from '../dataset/parquet.ts';
import { textAt } from './flat-side.ts';
import type { Joins } from './quality.ts';
import { FRONT } from './raw-side.ts';
import type { RequestIds } from './request-ids.ts';
import type { TracesSide } from './traces-side.ts';

export const LOG_COLUMNS = ['time', 'event_kind', 'service', 'request_id', 'trace_id'];

/** Log rows as the dataset has them: which requests they are about, and whether those requests' traces are there. */
export class LogsSide {
  readonly #ids: RequestIds;
  readonly #traces: TracesSide;
  #requestLogs = 0;
  #joined = 0;

  /** @param traces with all spans added */
  constructor({ ids, traces }: { ids: RequestIds; traces: TracesSide }) {
    this.#ids = ids;
    this.#traces = traces;
  }

  add(group: RowGroup): void {
    const [kinds, services] = [group.column('event_kind'), group.column('service')];
    const [requests, traceIds] = [group.column('request_id'), group.column('trace_id')];
    for (let i = 0; i < group.rows; i++) {
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
}
