import { gunzipSync } from 'node:zlib';
import type { RejectReason } from '../errors.ts';
import { otlpJsonToProtobuf } from './otlp-json.ts';
import { NOTHING, type Piece } from './piece.ts';

export type Signal = 'logs' | 'traces' | 'metrics';
const NAME = /(?:^|\/)(logs|traces|metrics)_[^/]*\.(binpb|json)(\.gz)?$/;
/** Bytes of what is read at once. */
export const LARGEST = 1 << 30;
/** Bytes that are unpacked at once where less is said. */
const LEAST_CHUNK = 1 << 16;
/** And whatever is said. */
const MOST_CHUNK = 1 << 26;
/** Bytes that one byte of gzip can unpack to. */
const MOST_FOR_A_BYTE = 1032;

/** What a raw key says of its object; undefined where it is none of ours. */
export function rawName(
  key: string,
): { signal: Signal; format: 'binpb' | 'json'; gzip: boolean } | undefined {
  const match = NAME.exec(key);
  if (!match) return undefined;
  return { signal: match[1] as Signal, format: match[2] as 'binpb' | 'json', gzip: match[3] !== undefined };
}

/**
 * What lies in a raw object of ours, as one piece. JSON is turned into protobuf first, so that there is one reader and one
 * mapping.
 */
export function onePiece({ key, packed }: { key: string; packed: Uint8Array }): Piece {
  const name = rawName(key);
  if (!name) throw new RangeError(`no raw object: ${key}`);
  const { signal, format, gzip } = name;
  const refuse = (reason: RejectReason): Piece => ({
    ...{ signal, bytes: NOTHING },
    refused: [{ reason, offset: 0, bytes: packed }],
  });
  let bytes = packed;
  if (gzip) {
    try {
      bytes = gunzipSync(packed, { chunkSize: chunkFor(packed), maxOutputLength: LARGEST });
    } catch (error) {
      const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return refuse(tooLarge ? 'object_too_large' : 'not_gzip');
    }
  }
  if (format === 'binpb') return { signal, bytes, refused: [] };
  try {
    const { buffer, byteOffset, byteLength } = bytes;
    const json = Buffer.from(buffer, byteOffset, byteLength).toString('utf8');
    return { signal, bytes: otlpJsonToProtobuf({ json, signal }), refused: [] };
  } catch {
    return refuse('not_otlp');
  }
}

/** Room for all that gzip says at its end that it holds: in one piece it is unpacked with the least work. What it says may be wrong. */
function chunkFor(packed: Uint8Array): number {
  if (packed.length < 4) return LEAST_CHUNK;
  const { buffer, byteOffset, byteLength } = packed;
  const said = new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 4, true);
  return Math.max(LEAST_CHUNK, 1 + Math.min(said, packed.length * MOST_FOR_A_BYTE, MOST_CHUNK));
}
