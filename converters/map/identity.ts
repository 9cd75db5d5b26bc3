import { createHash, hash } from 'node:crypto';

/** `crypto.hash` came with Node 20.12 and is three times faster. */
const digest: (text: string) => string =
  typeof hash === 'function'
    ? (text) => hash('sha256', text, 'hex')
    : (text) => createHash('sha256').update(text).digest('hex');

/**
 * `metadata.uid`: 128 bits of SHA-256 over what identifies a record. The record's own time is part of it, so that an identity
 * that comes again (a truncated file, a counter that starts anew) never makes one event of two.
 */
export const eventUid = (...identity: readonly (string | number)[]): string =>
  digest(identity.join('\u0000')).slice(0, 32);
