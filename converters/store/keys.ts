import { invalidKey } from './errors.ts';

/**
 * Where an S3 server over a plain folder (versitygw) keeps what is not whole yet, at the top of each bucket. The
 * filesystem backend uses the same folder, so that neither of the two ever lists what the other is writing.
 */
export const TEMP_FOLDER = '.sgwtmp';

/** S3's own limit for a key; 255 bytes is what a file name may have on every usual file system. */
const MAX_KEY_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;

/** The one check of a key, before any path or request is built from it. @throws `INVALID_KEY` */
export function checkKey(key: string): string {
  if (typeof key !== 'string' || key.length === 0) throw invalidKey(String(key), 'must not be empty');
  if (key.length > MAX_KEY_BYTES || Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw invalidKey(key, 'is too long');
  if (/\p{Surrogate}/u.test(key)) throw invalidKey(key, 'must be well-formed Unicode');
  for (const segment of key.split('/')) checkSegment(key, segment);
  if (key === TEMP_FOLDER || key.startsWith(`${TEMP_FOLDER}/`)) {
    throw invalidKey(key, `must not lie in ${TEMP_FOLDER}, which holds unfinished writes`);
  }
  return key;
}

function checkSegment(key: string, segment: string): void {
  if (segment === '')
    throw invalidKey(key, 'must not have an empty segment (leading, trailing or double "/")');
  if (segment === '.' || segment === '..') throw invalidKey(key, `must not have the segment "${segment}"`);
  if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES) throw invalidKey(key, 'has a segment that is too long');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f\\\ufffe\uffff]/.test(segment)) {
    throw invalidKey(key, 'must not hold control characters or "\\"');
  }
}

/** True where a name found in a bucket could have been put by this store. */
export function isKey(name: string): boolean {
  try {
    checkKey(name);
    return true;
  } catch {
    return false;
  }
}

/** Order of the UTF-8 bytes, which S3 lists by; JavaScript's own order of strings differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Surrogate halves (U+D800–U+DFFF) stand for code points above all others. */
const rank = (unit: number) => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
