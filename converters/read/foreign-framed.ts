import type { PbfWriter } from 'pbf';
import type { Piece } from './piece.ts';
import { type Chunks, LARGEST_DOCUMENT, Pieces, TooLarge } from './pieces.ts';
import type { Signal } from './raw-object.ts';
import { signalIn } from './signal.ts';

/** Each request behind its length: 4 bytes, big-endian. */
export async function* framedPieces(chunks: Chunks, named: Signal): AsyncGenerator<Piece> {
  const pieces = new Pieces(named);
  /** What came and is no whole request yet; put together when it is. */
  let waiting: Uint8Array[] = [];
  let [size, needed, offset] = [0, 4, 0];
  try {
    for await (const chunk of chunks) {
      waiting.push(chunk);
      size += chunk.length;
      if (size < needed) continue;
      const open = Buffer.concat(waiting);
      let at = 0;
      for (needed = 4; open.length >= at + needed; ) {
        const length = open.readUInt32BE(at);
        if (length > LARGEST_DOCUMENT) throw new TooLarge();
        if (open.length < at + 4 + length) {
          needed = 4 + length;
          break;
        }
        const request = open.subarray(at + 4, at + 4 + length);
        // Requests of one signal, one behind the other, are one request (encoding.html, "Last One Wins").
        pieces.add(signalIn(request) ?? named, (pbf) => append(pbf, request));
        yield* pieces.taken();
        at += 4 + length;
      }
      waiting = at === open.length ? [] : [open.subarray(at)];
      size = open.length - at;
      offset += at;
    }
  } catch (error) {
    yield* pieces.rest();
    throw error;
  }
  if (size > 0) pieces.refuse('the object ends within a request', { bytes: Buffer.concat(waiting), offset });
  yield* pieces.rest();
}

function append(pbf: PbfWriter, bytes: Uint8Array): void {
  pbf.realloc(bytes.length);
  pbf.buf.set(bytes, pbf.pos);
  pbf.pos += bytes.length;
}
