import { createHash, hash } from 'node:crypto';
import { writeHex } from '../hex.ts';
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from '../read/span.ts';
import { type Fixed64, restNs, wholeMs } from '../read/wire.ts';

/** A character a byte. `crypto.hash` came with Node 20.12 and is three times faster. */
const digest: (identity: string | Uint8Array) => string =
  typeof hash === 'function'
    ? (identity) => hash('sha256', identity, 'binary')
    : (identity) => createHash('sha256').update(identity).digest('binary');

/** Of a uid. */
const UID_BYTES = 16;

/**
 * `metadata.uid`: 128 bits of SHA-256 over what identifies a record, the first of these characters, each a byte. The record's own time
 * is part of it, so that an identity that comes again (a truncated file, a counter that starts anew) never makes one event of two.
 */
export const eventUid = (...identity: readonly (string | number)[]): string =>
  digest(identity.join('\u0000'));

/** `eventUid('line', instance, count, time)`. */
export const lineUid = (instance: string, count: number, time: number): string =>
  digest(`line\u0000${instance}\u0000${count}\u0000${time}`);

/** As readers see it. */
export const uidText = (uid: string): string => Buffer.from(uid, 'latin1').toString('hex', 0, UID_BYTES);

const SPAN = 'span\u0000';
/** What is hashed: two ids, each behind it a zero, and 19 digits. */
const bytes = Buffer.alloc(SPAN.length + 2 * TRACE_ID_BYTES + 1 + 2 * SPAN_ID_BYTES + 1 + 19);
bytes.write(SPAN, 'latin1');

/** `eventUid('span', trace id, span id, start in ns)`; the ids as they are in the buffer. */
export function spanUid(from: Uint8Array, { traceAt, spanAt, start }: SpanIdentity): string {
  let at = writeHex(from, traceAt, traceAt + TRACE_ID_BYTES, bytes, SPAN.length);
  bytes[at++] = 0;
  at = writeHex(from, spanAt, spanAt + SPAN_ID_BYTES, bytes, at);
  bytes[at++] = 0;
  const ms = wholeMs(start);
  const millions = Math.floor(ms / 1_000_000);
  at = putDigits(millions, 7, at);
  at = putDigits(ms - millions * 1_000_000, 6, at);
  at = putDigits(restNs(start), 6, at);
  return digest(bytes);
}

export interface SpanIdentity {
  readonly traceAt: number;
  readonly spanAt: number;
  /** Epoch, of 13 digits of ms. */
  readonly start: Fixed64;
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
