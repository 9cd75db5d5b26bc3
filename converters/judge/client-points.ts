import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';
import { linesOf } from './gunzip-lines.ts';
import type { Unanswered } from './quality.ts';
import type { RequestIds } from './request-ids.ts';

/** What the client says of its own requests. */
export interface ClientPoints {
  /** False: there is no such file, or it is cut. */
  readonly known: boolean;
  readonly unanswered: readonly Unanswered[];
  readonly without_id: number;
  readonly malformed: number;
  readonly repeated: number;
  /** A few answered ids of each name that the client gives to requests → that name. */
  readonly examples: ReadonlyMap<string, string>;
}

/** So many ids of a name: one of them will have a row in the dataset. */
const EXAMPLES = 5;

interface Point {
  readonly type?: unknown;
  readonly metric?: unknown;
  readonly data?: {
    readonly time?: unknown;
    readonly value?: unknown;
    readonly tags?: Readonly<Record<string, string>>;
    readonly metadata?: Readonly<Record<string, string>> | null;
  };
}

/**
 * Reads the points that the load generator wrote, one JSON object a line in the shape of k6's `--out json`:
 * https://grafana.com/docs/k6/latest/results-output/real-time/json/. Each request is one `http_reqs` point; status "0"
 * means that no answer came, and its point of `http_req_duration` tells how long the client waited. Both carry the time of the end.
 * What the script asks of the control API (`to: control`) is no traffic.
 */
export async function readClientPoints({
  raw,
  key,
  ids,
}: {
  raw: ObjectStore;
  key: string;
  ids: RequestIds;
}): Promise<ClientPoints> {
  const folder = await mkdtemp(join(tmpdir(), 'points-'));
  const tally: Tally = {
    ...{ known: true, unanswered: [], without_id: 0, malformed: 0, repeated: 0 },
    ...{ examples: new Map(), named: new Map(), waiting: new Map() },
  };
  try {
    const file = join(folder, 'points');
    await raw.download(key, file);
    for await (const line of linesOf(file, { gzip: key.endsWith('.gz') })) addLine({ line, ids, tally });
  } catch (error) {
    const cut = ['Z_BUF_ERROR', 'Z_DATA_ERROR'].includes(String((error as { code?: unknown }).code));
    if (!cut && !isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
    tally.known = false;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { named: _, waiting: __, ...points } = tally;
  return points;
}

type Tally = { -readonly [K in keyof ClientPoints]: ClientPoints[K] } & {
  unanswered: Unanswered[];
  examples: Map<string, string>;
  /** Examples of a name. */
  named: Map<string, number>;
  /** Unanswered requests by id, until it is known how long they waited. */
  waiting: Map<string, number>;
};

function addLine({ line, ids, tally }: { line: string; ids: RequestIds; tally: Tally }): void {
  if (line === '') return;
  const point = parse(line);
  if (!point) {
    tally.malformed++;
    return;
  }
  if (point.type !== 'Point') return;
  if (point.metric === 'http_req_duration') addWait({ point, tally });
  if (point.metric !== 'http_reqs') return;
  const { tags = {}, metadata } = point.data ?? {};
  if (tags.group === '::setup' || tags.group === '::teardown') return; // the script's own questions, no traffic
  if (tags.to === 'control') return;
  const id = metadata?.request_id;
  if (!id) {
    tally.without_id++;
    return;
  }
  if (!ids.add('sent', id)) tally.repeated++;
  const { name = '' } = tags;
  if (tags.status === undefined || tags.status === '0') {
    const sent_ms = timeOf(point);
    tally.waiting.set(id, tally.unanswered.length);
    tally.unanswered.push({ request_id: id, code: tags.error_code ?? '', name, sent_ms });
    return;
  }
  ids.add('answered', id);
  const known = tally.named.get(name) ?? 0;
  if (known === EXAMPLES) return;
  tally.named.set(name, known + 1);
  tally.examples.set(id, name);
}

/** Its point of `http_reqs` comes first. */
function addWait({ point, tally }: { point: Point; tally: Tally }): void {
  const id = point.data?.metadata?.request_id ?? '';
  const at = tally.waiting.get(id);
  const request = at === undefined ? undefined : tally.unanswered[at];
  if (at === undefined || !request) return;
  tally.waiting.delete(id);
  const [end, waited] = [timeOf(point), Number(point.data?.value)];
  const sent_ms = end === null || !Number.isFinite(waited) ? request.sent_ms : end - Math.round(waited);
  tally.unanswered[at] = { ...request, sent_ms };
}

function timeOf({ data }: Point): number | null {
  const time = Date.parse(String(data?.time));
  return Number.isFinite(time) ? time : null;
}

function parse(line: string): Point | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
