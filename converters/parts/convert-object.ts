import { createHash } from 'node:crypto';
import type { RejectReason } from '../errors.ts';
import type { Occurrences } from '../map/log.ts';
import type { Window } from '../map/mapper.ts';
import { type EventCheck, ObjectMapper } from '../map/raw-object.ts';
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
  readonly atBench: AtBench;
}

/** What converting needs while it computes, and not while it waits for a store: one for many objects in hand. */
export interface Workbench<Check = EventCheck> {
  readonly mapper: ObjectMapper;
  /** What it finds wrong becomes a dead letter. */
  readonly check: Check;
}
export const workbench = <Check extends EventCheck>(check: Check): Workbench<Check> => ({
  ...{ mapper: new ObjectMapper({ check }), check },
});

/** Does the work when the bench is free. */
export type AtBench = <T>(work: (bench: Workbench) => Promise<T>) => Promise<T>;

/**
 * One raw object → its part set. Everything put has a key and bytes that follow from the raw object alone, so that doing it
 * again, or twice at once, changes nothing.
 *
 *     for each piece: read, map, sort ─► put rows ─► put dead letters
 *     put part set (the mark that it is done)
 */
export async function convertObject(options: ObjectOptions): Promise<PartSet> {
  const { raw, record, key, atBench } = options;
  const { run_id: runId, window } = record;
  const bytes = new Digest();
  const parts: Part[] = [];
  const seen: Occurrences = new Map();
  for await (const piece of piecesOf(options, bytes)) {
    const n = parts.length;
    const made = await atBench((bench) => convertPiece({ ...bench, record, key, piece: piece(), n, seen }));
    if (made.rows) await raw.put(partRowsKey(runId, key, n), made.rows);
    if (made.letters) await raw.put(deadLetterKey(runId, key, n), made.letters);
    parts.push(made.part);
  }
  const set: PartSet = {
    ...{ version: PART_VERSION, source: key, sha256: bytes.sha256(), bytes: bytes.length, window, parts },
  };
  await raw.put(partSetKey(runId, key), Buffer.from(`${JSON.stringify(set)}\n`, 'utf8'));
  return set;
}

/** Unpacked when they are asked for. */
async function* piecesOf(
  { source, record, key }: ObjectOptions,
  digest: Digest,
): AsyncGenerator<() => Piece> {
  if (record.target !== 'foreign') {
    const packed = await source.get(key);
    digest.add(packed);
    yield () => onePiece({ key, packed });
    return;
  }
  const chunks = digest.through(source.stream(key));
  try {
    // Whoever reads it may stop where it is no OTLP; the checksum is of all.
    const all: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
    for await (const piece of foreignPieces({ key, chunks: all })) yield () => piece;
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

interface Made {
  readonly part: Part;
  /** As they are stored; undefined where there are none. */
  readonly rows: Uint8Array | undefined;
  readonly letters: Uint8Array | undefined;
}

async function convertPiece({
  record,
  key,
  mapper,
  piece: { signal, bytes, refused },
  n,
  seen,
}: Workbench & {
  record: RunRecord;
  key: string;
  piece: Piece;
  n: number;
  seen: Occurrences;
}): Promise<Made> {
  const { rows } = mapper;
  rows.renew();
  const { outside, rejected } = mapper.map({ bytes, signal, seen, window: windowOf(record) });
  const dead: Refused[] = [
    ...rejected.map(({ reason, detail, offset, length }) => ({
      ...{ reason, detail, offset, bytes: bytes.subarray(offset, offset + length) },
    })),
    ...refused,
  ];
  const view = viewOf(rows);
  const order = sortedOrder(view);
  const stored = rows.length > 0 ? await encodePart({ view, order }) : undefined;
  const times = rows.numbers[SLOT.time] as Float64Array;
  const timeAt = (i: number | undefined): number | null => (i === undefined ? null : (times[i] as number));
  const part: Part = {
    signal,
    read: rows.length + dead.length + outside,
    rows: rows.length,
    rejected: dead.length,
    outside_window: outside,
    reasons: countReasons(dead.map(({ reason }) => reason)),
    min_ms: timeAt(order[0]),
    max_ms: timeAt(order[order.length - 1]),
    sha256: stored ? createHash('sha256').update(stored).digest('hex') : null,
  };
  const letters =
    dead.length > 0 ? deadLetters({ source: key, signal, piece: n, rejected: dead }) : undefined;
  return { part, rows: stored, letters };
}

const windowOf = ({ window: { start_ms, end_ms } }: RunRecord): Window => ({
  ...{ start_ms, end_ms: end_ms ?? Number.POSITIVE_INFINITY },
});

function countReasons(reasons: readonly RejectReason[]): Partial<Record<RejectReason, number>> {
  const counts: Partial<Record<RejectReason, number>> = {};
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
