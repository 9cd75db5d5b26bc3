import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { openParquet } from '../../../converters/dataset/parquet.ts';

/** One request, as its client saw it. */
export interface ClientRequest {
  readonly id: string;
  /** Epoch ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** 0: no answer. */
  readonly status: number;
}

interface Point {
  readonly type: string;
  readonly metric: string;
  readonly data: {
    readonly time: string;
    readonly value: number;
    readonly tags: Readonly<Record<string, string>> | null;
    readonly metadata?: { readonly request_id?: string };
  };
}

/** Reads a points file of the load; a point has the time of the request's end. */
export async function clientRequests(file: string): Promise<ClientRequest[]> {
  const requests: ClientRequest[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const { type, metric, data } = JSON.parse(line) as Point;
    if (type !== 'Point' || metric !== 'http_req_duration' || data.metadata?.request_id === undefined)
      continue;
    const endMs = Date.parse(data.time);
    const status = Number(data.tags?.status ?? 0);
    requests.push({ id: data.metadata.request_id, startMs: endMs - data.value, endMs, status });
  }
  return requests;
}

/** Request ids of web-api in the rows of one kind of event. */
export async function requestIdsOf({ file, kind }: { file: string; kind: string }): Promise<Set<string>> {
  const ids = new Set<string>();
  await eachRow(file, ['event_kind', 'service', 'request_id'], ([eventKind, service, id]) => {
    if (eventKind === kind && service === 'web-api') ids.add(String(id));
  });
  return ids;
}

/** When a service first said that, within a time; epoch ms. */
export async function firstTime({
  file,
  service,
  message,
  from,
  to,
}: {
  file: string;
  service: string;
  message: string;
  from: number;
  to: number;
}): Promise<number | undefined> {
  const times: number[] = [];
  await eachRow(file, ['service', 'message', 'time'], ([who, what, time]) => {
    if (who === service && what === message && Number(time) >= from && Number(time) < to)
      times.push(Number(time));
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** How many rows each combination of values of these columns has. */
export async function countBy(file: string, columns: readonly string[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  await eachRow(file, columns, (values) => {
    const key = values.join(' ');
    counts[key] = (counts[key] ?? 0) + 1;
  });
  return counts;
}

async function eachRow(
  path: string,
  columns: readonly string[],
  onRow: (values: readonly unknown[]) => void,
): Promise<void> {
  const file = await openParquet(path);
  try {
    for await (const group of file.groups(columns)) {
      const read = columns.map((name) => group.column(name));
      for (let row = 0; row < group.rows; row += 1) onRow(read.map((column) => column[row]));
    }
  } finally {
    await file.close();
  }
}
