import { gunzipSync } from 'node:zlib';
import { rawObjects } from '../run/raw-objects.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { FRONT } from './front.ts';
import { RawLeaks } from './leaks-raw.ts';
import { LineNumbers } from './line-numbers.ts';
import { walkLogBodies, walkServerSpans } from './otlp-walk.ts';
import type { LineReport } from './quality.ts';
import type { RequestIds } from './request-ids.ts';

/** What the raw bucket itself says, whatever the converter made of it. */
export interface RawSide {
  readonly objects: number;
  /** No gzip, no protobuf, or cut. */
  readonly unreadable: number;
  /** Access lines of a request that had one already, in another line. */
  readonly repeated_access_lines: number;
  readonly lines: LineReport;
  /** Words that tell, in whatever the objects hold; `place` is the object's key. */
  readonly leaks: ReturnType<RawLeaks['report']>;
}

interface Line {
  readonly time?: unknown;
  readonly service?: unknown;
  readonly instance?: unknown;
  readonly line?: unknown;
  readonly event?: unknown;
  readonly request_id?: unknown;
}

/** Reads access lines, server spans, line numbers and words that tell from the raw objects of a run, each of them once. */
export async function readRawSide({
  raw,
  record,
  ids,
  words,
}: {
  raw: ObjectStore;
  record: RunRecord;
  ids: RequestIds;
  words: readonly string[];
}): Promise<RawSide> {
  const { start_ms, end_ms } = record.window;
  const inside = (time: unknown) => typeof time === 'number' && time >= start_ms && time < (end_ms ?? 0);
  const numbers = new LineNumbers();
  const leaks = new RawLeaks({ words });
  let [objects, unreadable, repeated] = [0, 0, 0];

  const onBody = (body: string): void => {
    const line = lineOf(body);
    if (!line) return;
    const isNew = numbers.add({
      ...{ instance: String(line.instance ?? ''), service: String(line.service ?? '') },
      line: Number(line.line),
    });
    if (line.event !== 'http.access' || line.service !== FRONT || !inside(line.time)) return;
    if (typeof line.request_id !== 'string' || !isNew) return;
    if (!ids.add('access_lines', line.request_id)) repeated++;
  };

  for await (const { key } of rawObjects({ raw, record })) {
    const name = key.slice(key.lastIndexOf('/') + 1);
    const [, signal, form] = /^(logs|traces|metrics)_.*\.(binpb|json)(\.gz)?$/.exec(name) ?? [];
    if (signal === undefined) continue;
    objects++;
    try {
      const bytes = unpacked(await raw.get(key));
      leaks.add({ key, bytes });
      if (form === 'json') continue;
      if (signal === 'logs') walkLogBodies(bytes, onBody);
      if (signal === 'traces') {
        walkServerSpans(bytes, ({ service, start_ms: at, request_id }) => {
          if (service === FRONT && inside(at)) ids.add('server_spans', request_id);
        });
      }
    } catch (error) {
      // The store's own errors end the judgement; a broken object is counted, and its missing ids will show.
      if ((error as Error).name === 'StoreError') throw error;
      unreadable++;
    }
  }
  return {
    objects,
    unreadable,
    repeated_access_lines: repeated,
    lines: numbers.report(),
    leaks: leaks.report(),
  };
}

function unpacked(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { chunkSize: 1 << 20 }) : bytes;
}

/** One of our own lines; undefined for the text formats of other programs. */
function lineOf(body: string): Line | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const line = JSON.parse(body) as Line;
    return line.instance === undefined || line.line === undefined ? undefined : line;
  } catch {
    return undefined;
  }
}
