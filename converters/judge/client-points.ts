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
}

interface Point {
  readonly type?: unknown;
  readonly metric?: unknown;
  readonly data?: {
    readonly tags?: Readonly<Record<string, string>>;
    readonly metadata?: Readonly<Record<string, string>> | null;
  };
}

/**
 * Reads the points that the load generator wrote, one JSON object a line in the shape of k6's `--out json`:
 * https://grafana.com/docs/k6/latest/results-output/real-time/json/. Each request is one `http_reqs` point; status "0"
 * means that no answer came.
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
  const tally = { known: true, unanswered: [] as Unanswered[], without_id: 0, malformed: 0, repeated: 0 };
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
  return tally;
}

type Tally = { -readonly [K in keyof ClientPoints]: ClientPoints[K] } & { unanswered: Unanswered[] };

function addLine({ line, ids, tally }: { line: string; ids: RequestIds; tally: Tally }): void {
  if (line === '') return;
  const point = parse(line);
  if (!point) {
    tally.malformed++;
    return;
  }
  if (point.type !== 'Point' || point.metric !== 'http_reqs') return;
  const { tags = {}, metadata } = point.data ?? {};
  if (tags.group === '::setup' || tags.group === '::teardown') return; // the script's own questions, no traffic
  const id = metadata?.request_id;
  if (!id) {
    tally.without_id++;
    return;
  }
  if (!ids.add('sent', id)) tally.repeated++;
  if (tags.status === undefined || tags.status === '0') {
    tally.unanswered.push({ request_id: id, code: tags.error_code ?? '' });
  } else {
    ids.add('answered', id);
  }
}

function parse(line: string): Point | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
