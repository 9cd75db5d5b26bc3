import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { RejectReason } from '../errors.ts';
import { framedPieces } from './foreign-framed.ts';
import { beginsJson, jsonPieces } from './foreign-json.ts';
import { SIGNALS } from './otlp-json.ts';
import { NOTHING, type Piece } from './piece.ts';
import { type Chunks, TooLarge } from './pieces.ts';
import { LARGEST, type Signal } from './raw-object.ts';
import { signalIn } from './signal.ts';

const FIELD_1 = 0x0a;

/**
 * The pieces of an object of any collector, whatever it is called: told by its bytes, and read as it comes, so that its size
 * does not matter.
 *
 *     gzip or plain ─► JSON, one request or one a line     (file exporter, OTLP/HTTP bodies)
 *                   ├► protobuf, each request behind its length in four bytes, big-endian     (file exporter, `format: proto`)
 *                   └► protobuf, one request     (S3 exporter, OTLP/HTTP bodies)
 *
 * A request may hold records of several signals as JSON, and of one as protobuf. What cannot be read is refused, and reading
 * goes on behind it where it is known what comes next.
 */
export async function* foreignPieces({
  key,
  chunks,
}: {
  /** Says the signal where the bytes do not. */
  key: string;
  chunks: Chunks;
}): AsyncGenerator<Piece> {
  const named = SIGNALS.find((signal) => key.includes(signal.slice(0, -1))) ?? 'logs';
  const refusal = (reason: RejectReason, bytes: Uint8Array): Piece => ({
    ...{ signal: named, bytes: NOTHING },
    refused: [{ reason, offset: 0, bytes: bytes.subarray(0, EXCERPT_OF) }],
  });
  const packed = await Source.of(chunks);
  const gzip = packed.head[0] === 0x1f && packed.head[1] === 0x8b;
  try {
    const source = gzip ? await Source.of(gunzipped(packed.all())) : packed;
    if (source.head.length === 0) return;
    if (beginsJson(source.head)) yield* jsonPieces(source.all(), named);
    else if (source.head[0] !== FIELD_1 && source.head[4] === FIELD_1)
      yield* framedPieces(source.all(), named);
    else if (source.head[0] === FIELD_1) yield* onePiece(source.all(), named);
    else yield refusal('not_otlp', source.head);
  } catch (error) {
    if (error instanceof TooLarge) yield refusal('object_too_large', packed.head);
    else if (gzip && isZlib(error)) yield refusal('not_gzip', packed.head);
    else throw error;
  }
}

/** Enough for an excerpt and a checksum that can be found again. */
const EXCERPT_OF = 4096;

const isZlib = (error: unknown) => String((error as NodeJS.ErrnoException).code).startsWith('Z_');

/** A stream whose first bytes can be looked at before it is read. */
class Source {
  /** Up to 64 KiB; less only where that is all. */
  readonly head: Uint8Array;
  readonly #rest: AsyncIterator<Uint8Array>;

  private constructor(head: Uint8Array, rest: AsyncIterator<Uint8Array>) {
    this.head = head;
    this.#rest = rest;
  }

  static async of(chunks: Chunks): Promise<Source> {
    const rest = chunks[Symbol.asyncIterator]();
    const first: Uint8Array[] = [];
    for (let size = 0; size < 1 << 16; ) {
      const next = await rest.next();
      if (next.done) break;
      first.push(next.value);
      size += next.value.length;
    }
    return new Source(Buffer.concat(first), rest);
  }

  async *all(): AsyncGenerator<Uint8Array> {
    try {
      yield this.head;
      for (let next = await this.#rest.next(); !next.done; next = await this.#rest.next()) yield next.value;
    } finally {
      await this.#rest.return?.();
    }
  }
}

async function* gunzipped(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  const done = pipeline(Readable.from(chunks), gunzip);
  done.catch(() => {}); // it comes out of the stream, too
  yield* gunzip as AsyncIterable<Uint8Array>;
  await done;
}

async function* onePiece(chunks: Chunks, named: Signal): AsyncGenerator<Piece> {
  const bytes = await gathered(chunks, LARGEST);
  yield { signal: signalIn(bytes) ?? named, bytes, refused: [] };
}

async function gathered(chunks: Chunks, limit: number): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) throw new TooLarge();
    all.push(chunk);
  }
  return Buffer.concat(all);
}
