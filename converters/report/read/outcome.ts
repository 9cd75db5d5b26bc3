import type { RowGroup } from '../../dataset/parquet.ts';

/** OCSF status_id. */
const FAILURE = 2;

/** Columns that {@link failuresIn} reads. */
export const OUTCOME_COLUMNS = ['event_kind', 'status_id', 'http_status'] as const;

/**
 * Whether what the span of a row tells of went wrong. Of an answer it is a matter of whose side: to a server a status from 400 to
 * 499 says that the request was at fault, so that its errors begin at 500, as in OpenTelemetry's semantic conventions for HTTP
 * spans. Of all else it is what `status_id` says.
 */
export function failuresIn(group: RowGroup): (row: number) => boolean {
  const [kinds, statusIds, httpStatuses] = OUTCOME_COLUMNS.map((name) => group.column(name));
  return (row) => {
    if (statusIds?.[row] !== FAILURE) return false;
    const status = Number(httpStatuses?.[row] ?? 0);
    return kinds?.[row] !== 'http.server' || status < 400 || status >= 500;
  };
}
