import { createHash, hash } from 'node:crypto';
import type { StringPool } from '../read/strings.ts';
import { type Fixed64, restNs, wholeMs } from '../read/wire.ts';

/** `crypto.hash` came with Node 20.12 and is three times faster. */
const digest: (identity: string | Uint8Array) => string =
  typeof hash === 'function'
    ? (identity) => hash('sha256', identity, 'hex')
    : (identity) => createHash('sha256').update(identity).digest('hex');

/** Hex digits of a uid. */
const DIGITS = 32;

/**
 * `metadata.uid`: 128 bits of SHA-256 over what identifies a record. The record's own time is part of it, so that an identity
 * that comes again (a truncated file, a counter that starts anew) never makes one event of two.
 */
export const eventUid = (...identity: readonly (string | number)[]): string =>
  digest(identity.join('\u0000')).slice(0, DIGITS);

const SPAN = 'span\u0000';
/** What is hashed: both ids have 32 digits at the most. */
const bytes = Buffer.alloc(256);
bytes.write(SPAN, 'latin1');

/** `eventUid('span', trace id, span id, start in ns)` as a pool id, from the bytes that are in the pool already. */
export function spanUid(pool: StringPool, { traceId, spanId, start }: SpanIdentity): number {
  let at = putText(pool, traceId, SPAN.length);
  bytes[at++] = 0;
  at = putText(pool, spanId, at);
  bytes[at++] = 0;
  const ms = wholeMs(start);
  const millions = Math.floor(ms / 1_000_000);
  at = putDigits(millions, 7, at);
  at = putDigits(ms - millions * 1_000_000, 6, at);
  at = putDigits(restNs(start), 6, at);
  return pool.appendAscii(digest(bytes.subarray(0, at)), DIGITS);
}

export interface SpanIdentity {
  /** Pool ids. */
  readonly traceId: number;
  readonly spanId: number;
  /** Epoch, of 13 digits of ms. */
  readonly start: Fixed64;
}

function putText(pool: StringPool, id: number, at: number): number {
  if (id < 0) return at;
  const { bytes: from, start, end } = pool.at(id);
  for (let i = start; i < end; i++) bytes[at + i - start] = from[i] as number;
  return at + end - start;
}

/** Of a number below 2^31. */
function putDigits(value: number, digits: number, at: number): number {
  let rest = value | 0;
  for (let place = at + digits - 1; place >= at; place--) {
    const tens = (rest / 10) | 0;
    bytes[place] = 0x30 + rest - tens * 10;
    rest = tens;
  }
  return at + digits;
}
