import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PbfWriter } from 'pbf';
import type { RejectReason } from '../errors.ts';
import { type Json, parseRequest, SIGNALS, signalsOf, writeRequest } from './otlp-json.ts';
import { NOTHING, type Piece, type Refused } from './piece.ts';
import { LARGEST, type Signal } from './raw-object.ts';
import { signalIn } from './signal.ts';

/** Bytes of protobuf that are mapped at once. */
const PIECE = 4 << 20;
/** Of a request that is written over several lines. */
const LARGEST_DOCUMENT = 256 << 20;
/** Of a piece, at most. */
const REFUSED = 10_000;
const [LF, BRACE, CLOSING, FIELD_1] = [0x0a, 0x7b, 0x7d, 0x0a];
const utf8 = new TextDecoder('utf-8', { fatal: true });
const SPACE = new Set([0x20, 0x09, 0x0d, LF]);

type Chunks = AsyncIterable<Uint8Array>;

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
    const first = source.head.find((byte) => !SPACE.has(byte));
    if (first === BRACE) yield* jsonPieces(source.all(), named);
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

class TooLarge extends Error {}

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

/** Requests by signal, until they are enough for a piece. */
class Pieces {
  readonly #named: Signal;
  readonly #open = new Map<Signal, { pbf: PbfWriter; refused: Refused[] }>();
  /** Pieces that are full. */
  readonly full: Piece[] = [];

  /** @param named of what cannot be read */
  constructor(named: Signal) {
    this.#named = named;
  }

  add(signal: Signal, write: (pbf: PbfWriter) => void): void {
    const { pbf } = this.#at(signal);
    const before = pbf.pos;
    try {
      write(pbf);
    } catch (error) {
      pbf.pos = before;
      throw error;
    }
    if (pbf.pos >= PIECE) this.#take(signal);
  }

  refuse(detail: string, { bytes, offset }: Line): void {
    const { refused } = this.#at(this.#named);
    refused.push({ reason: 'not_otlp', detail, offset, bytes: bytes.slice() });
    if (refused.length >= REFUSED) this.#take(this.#named);
  }

  /** What is full, and no more. */
  *taken(): Generator<Piece> {
    yield* this.full.splice(0);
  }

  *rest(): Generator<Piece> {
    for (const signal of SIGNALS) if (this.#open.has(signal)) this.#take(signal);
    yield* this.taken();
  }

  #at(signal: Signal) {
    let open = this.#open.get(signal);
    if (!open) {
      open = { pbf: new PbfWriter(new Uint8Array(1 << 16)), refused: [] };
      this.#open.set(signal, open);
    }
    return open;
  }

  #take(signal: Signal): void {
    const { pbf, refused } = this.#at(signal);
    this.#open.delete(signal);
    this.full.push({ signal, bytes: pbf.finish(), refused });
  }
}

/** A line of an unpacked object, without its end. */
interface Line {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** One request a line; or requests over several lines, as people print them: those end with a line that begins with "}". */
async function* jsonPieces(chunks: Chunks, named: Signal): AsyncGenerator<Piece> {
  const pieces = new Pieces(named);
  let begun: Line[] = [];
  let size = 0;
  const giveUp = () => {
    for (const line of begun) pieces.refuse('the line is no JSON object', line);
    begun = [];
    size = 0;
  };
  try {
    for await (const line of lines(chunks)) {
      const { bytes } = line;
      if (isBlank(bytes)) continue;
      const request = parsed(bytes);
      if (request && (begun.length === 0 || signalsOf(request).length > 0)) {
        giveUp(); // of what was begun, this is no part
        take(pieces, request, line);
      } else if (begun.length > 0 || bytes[0] === BRACE) {
        begun.push({ ...line, bytes: bytes.slice() });
        size += bytes.length;
        const whole =
          bytes[0] === CLOSING ? parsed(Buffer.concat(begun.map((part) => part.bytes))) : undefined;
        if (whole) {
          const [first] = begun as [Line];
          begun = [];
          size = 0;
          take(pieces, whole, first);
        } else if (size > LARGEST_DOCUMENT) giveUp();
      } else pieces.refuse('the line is no JSON object', line);
      yield* pieces.taken();
    }
  } catch (error) {
    giveUp();
    yield* pieces.rest(); // what came before is as good as ever
    throw error;
  }
  giveUp();
  yield* pieces.rest();
}

function take(pieces: Pieces, request: Json, line: Line): void {
  const signals = signalsOf(request);
  if (signals.length === 0) pieces.refuse('it has no resourceSpans, resourceLogs or resourceMetrics', line);
  for (const signal of signals)
    try {
      pieces.add(signal, (pbf) => writeRequest(request, signal, pbf));
    } catch (error) {
      pieces.refuse(`a value is not what its field holds: ${(error as Error).message}`.slice(0, 200), line);
    }
}

function parsed(bytes: Uint8Array): Json | undefined {
  try {
    return parseRequest(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

const isBlank = (bytes: Uint8Array) => bytes.every((byte) => SPACE.has(byte));

async function* lines(chunks: Chunks): AsyncGenerator<Line> {
  let open: Uint8Array[] = [];
  let [offset, size] = [0, 0];
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      const last = chunk.subarray(from, at);
      const bytes = open.length === 0 ? last : Buffer.concat([...open, last]);
      yield { bytes, offset };
      offset += bytes.length + 1;
      open = [];
      size = 0;
      from = at + 1;
    }
    if (from === chunk.length) continue;
    open.push(chunk.subarray(from).slice());
    size += chunk.length - from;
    if (size > LARGEST_DOCUMENT) throw new TooLarge();
  }
  if (open.length > 0) yield { bytes: Buffer.concat(open), offset };
}

/** Each request behind its length: 4 bytes, big-endian. */
async function* framedPieces(chunks: Chunks, named: Signal): AsyncGenerator<Piece> {
  const pieces = new Pieces(named);
  let open: Buffer = Buffer.alloc(0);
  let offset = 0;
  try {
    for await (const chunk of chunks) {
      open = open.length === 0 ? Buffer.from(chunk) : Buffer.concat([open, chunk]);
      let at = 0;
      while (open.length >= at + 4) {
        const length = open.readUInt32BE(at);
        if (length > LARGEST_DOCUMENT) throw new TooLarge();
        if (open.length < at + 4 + length) break;
        const request = open.subarray(at + 4, at + 4 + length);
        // Requests of one signal, one behind the other, are one request (encoding.html, "Last One Wins").
        pieces.add(signalIn(request) ?? named, (pbf) => append(pbf, request));
        yield* pieces.taken();
        at += 4 + length;
      }
      open = open.subarray(at);
      offset += at;
    }
  } catch (error) {
    yield* pieces.rest();
    throw error;
  }
  if (open.length > 0) pieces.refuse('the object ends within a request', { bytes: open, offset });
  yield* pieces.rest();
}

function append(pbf: PbfWriter, bytes: Uint8Array): void {
  pbf.realloc(bytes.length);
  pbf.buf.set(bytes, pbf.pos);
  pbf.pos += bytes.length;
}
