import { gunzipSync } from 'node:zlib';
import type { RejectReason } from '../errors.ts';
import { otlpJsonToProtobuf } from './otlp-json.ts';

export type Signal = 'logs' | 'traces' | 'metrics';
const NAME = /(?:^|\/)(logs|traces|metrics)_[^/]*\.(binpb|json)(\.gz)?$/;
const LARGEST = 1 << 30;

/** What a raw key says of its object; undefined where it is none of ours. */
export function rawName(
  key: string,
): { signal: Signal; format: 'binpb' | 'json'; gzip: boolean } | undefined {
  const match = NAME.exec(key);
  if (!match) return undefined;
  return { signal: match[1] as Signal, format: match[2] as 'binpb' | 'json', gzip: match[3] !== undefined };
}

/**
 * The OTLP protobuf of a raw object, or why there is none. JSON is turned into protobuf first, so that there is one reader and
 * one mapping. A big `chunkSize` makes gunzip five times faster.
 */
export function unpack({ key, bytes }: { key: string; bytes: Uint8Array }): Uint8Array | RejectReason {
  const name = rawName(key);
  if (!name) return 'not_otlp';
  let unpacked = bytes;
  if (name.gzip) {
    try {
      unpacked = gunzipSync(bytes, { chunkSize: 1 << 20, maxOutputLength: LARGEST });
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? 'object_too_large'
        : 'not_gzip';
    }
  }
  if (name.format === 'binpb') return unpacked;
  try {
    return otlpJsonToProtobuf({ json: Buffer.from(unpacked).toString('utf8'), signal: name.signal });
  } catch {
    return 'not_otlp';
  }
}
