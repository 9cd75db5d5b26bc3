import { createHash } from 'node:crypto';
import type { RejectReason } from '../errors.ts';
import type { Occurrences } from '../map/log.ts';
import type { Window } from '../map/mapper.ts';
import { type EventCheck, mapObject } from '../map/raw-object.ts';
import type { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';
import { foreignPieces } from '../read/foreign.ts';
import type { Piece, Refused } from '../read/piece.ts';
import { onePiece } from '../read/raw-object.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { deadLetters } from './dead-letter.ts';
import { encodePart } from './part.ts';
import { deadLetterKey, PART_VERSION, type Part, type PartSet, partRowsKey, partSetKey } from './part-set.ts';
import { sortedOrder, viewOf } from './rows-view.ts';

export interface ObjectOptions {
  /** Where parts and dead letters are put. */
  readonly raw: ObjectStore;
  /** Where the raw objects lie. */
  readonly source: ObjectStore;
  readonly record: RunRecord;
  readonly key: string;
  /** To be used again for the next object. */
  readonly rows: Rows;
  /** What it finds wrong becomes a dead letter. */
  readonly check: EventCheck;
}

/**
 * One raw object → its part set. Everything put has a key and bytes that follow from the raw object alone, so that doing it
 * again, or twice at once, changes nothing.
 *
 *     for each piece: read, map, sort ─► put rows ─► put dead letters
 *     put part set (the mark that it is done)
 */
export async function convertObject(options: ObjectOptions): Promise<PartSet> {
  const { raw, record, key } = options;
  const { run_id: runId, window } = record;
  const bytes = new Digest();
  const parts: Part[] = [];
  const seen: Occurrences = new Map();
  for await (const piece of piecesOf(options, bytes))
    parts.push(await convertPiece({ ...options, piece, n: parts.length, seen }));
  const set: PartSet = {
    ...{ version: PART_VERSION, source: key, sha256: bytes.sha256(), bytes: bytes.length, window, parts },
  };
  await raw.put(partSetKey(runId, key), Buffer.from(`${JSON.stringify(set)}\n`, 'utf8'));
  return set;
}

async function* piecesOf({ source, record, key }: ObjectOptions, digest: Digest): AsyncGenerator<Piece> {
  if (record.target !== 'foreign') {
    const packed = await source.get(key);
    digest.add(packed);
    yield onePiece({ key, packed });
    return;
  }
  const chunks = digest.through(source.stream(key));
  try {
    // Whoever reads it may stop where it is no OTLP; the checksum is of all.
    yield* foreignPieces({ key, chunks: { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) } });
    for await (const _ of chunks);
  } finally {
    await chunks.return(undefined);
  }
}

/** Of all bytes of an object as stored. */
class Digest {
  length = 0;
  readonly #hash = createHash('sha256');

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.length += bytes.length;
  }

  async *through(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.add(chunk);
      yield chunk;
    }
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

async function convertPiece({
  raw,
  record,
  key,
  rows,
  check,
  piece: { signal, bytes, refused },
  n,
  seen,
}: ObjectOptions & { piece: Piece; n: number; seen: Occurrences }): Promise<Part> {
  rows.clear();
  const { outside, rejected } = mapObject({ bytes, signal, rows, check, seen, window: windowOf(record) });
  const dead: Refused[] = [
    ...rejected.map(({ reason, detail, offset, length }) => ({
      ...{ reason, detail, offset, bytes: bytes.subarray(offset, offset + length) },
    })),
    ...refused,
  ];
  const view = viewOf(rows);
  const order = sortedOrder(view);
  const part = rows.length > 0 ? await encodePart({ view, order }) : undefined;
  if (part) await raw.put(partRowsKey(record.run_id, key, n), part);
  if (dead.length > 0) {
    const letters = deadLetters({ source: key, signal, piece: n, rejected: dead });
    await raw.put(deadLetterKey(record.run_id, key, n), letters);
  }
  const times = rows.numbers[SLOT.time] as Float64Array;
  const timeAt = (i: number | undefined): number | null => (i === undefined ? null : (times[i] as number));
  return {
    signal,
    read: rows.length + dead.length + outside,
    rows: rows.length,
    rejected: dead.length,
    outside_window: outside,
    reasons: countReasons(dead.map(({ reason }) => reason)),
    min_ms: timeAt(order[0]),
    max_ms: timeAt(order[order.length - 1]),
    sha256: part ? createHash('sha256').update(part).digest('hex') : null,
  };
}

const windowOf = ({ window: { start_ms, end_ms } }: RunRecord): Window => ({
  ...{ start_ms, end_ms: end_ms ?? Number.POSITIVE_INFINITY },
});

function countReasons(reasons: readonly RejectReason[]): Partial<Record<RejectReason, number>> {
  const counts: Partial<Record<RejectReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
