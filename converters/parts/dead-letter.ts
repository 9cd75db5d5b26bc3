import { createHash } from 'node:crypto';
import type { Refused } from '../read/piece.ts';
import type { Signal } from '../read/raw-object.ts';

const EXCERPT = 160;
const LAST_WORD = /[^\s\u00b7",;&]{1,80}$/;
const NAMES = [
  ...['password', 'passwd', 'pwd', 'secret', 'token', 'authorization', 'credential', 'signature'],
  ...['(?:api|access|private)[_-]?key', 'cookie', 'session'],
];
const NAME = String.raw`\w*(?:${NAMES.join('|')})\w*`;
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{5,}(\.[\w-]+)*/g, '<token>'],
  [/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 <token>'],
  // An attribute of that name: where its value ends is not to be seen, and lengths may look like text.
  [new RegExp(String.raw`(${NAME})\u00b7.*$`, 'i'), '$1 <redacted>'],
  // JSON, also within JSON; `name=value`; a header.
  [
    new RegExp(String.raw`((?:\\?")?${NAME}(?:\\?")?\s*[:=]\s*)(\\?"[^"]*"?|[^\s,;&}]+)`, 'gi'),
    '$1<redacted>',
  ],
  // The user of a URL, who may have a password.
  [/:\/\/[^\s/@\u00b7]+@/g, '://<user>@'],
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, '<email>'],
  // AWS access keys; bcrypt; PEM.
  [/\bA(?:KI|SI)A[A-Z0-9]{16}/g, '<key>'],
  [/\$2[abxy]?\$\d\d\$[\w./]+/g, '<hash>'],
  [/-----BEGIN .*$/g, '<pem>'],
  [/\b(?:\d[ -]?){13,19}\b/g, '<number>'],
];

/** What is readable of some bytes, short and without secrets: runs of printable ASCII, `·` for the rest. */
export function excerpt(bytes: Uint8Array): string {
  let text = '';
  const seen = 4 * EXCERPT;
  for (const byte of bytes.subarray(0, seen)) {
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '\u00b7';
  }
  text = text.replace(/\u00b7+/g, '\u00b7');
  // A secret that is cut in two is not known as one.
  if (bytes.length > seen) text = text.replace(LAST_WORD, '');
  for (const [pattern, replacement] of SECRETS) text = text.replace(pattern, replacement);
  return text.slice(0, EXCERPT);
}

/** The rejected records of one piece of a raw object, one JSON object a line, in the order of the piece. */
export function deadLetters({
  source,
  signal,
  piece,
  rejected,
}: {
  source: string;
  signal: Signal;
  /** Which piece of the object, from 0. */
  piece: number;
  rejected: readonly Refused[];
}): Uint8Array {
  const lines = rejected.map(({ reason, detail, offset, bytes }, index) =>
    JSON.stringify({
      reason,
      ...(detail && { detail }),
      signal,
      source,
      ...(piece > 0 && { piece }),
      ...{ index, offset, length: bytes.length },
      sha256: createHash('sha256').update(bytes).digest('hex'),
      excerpt: excerpt(bytes),
    }),
  );
  return Buffer.from(`${lines.join('\n')}\n`, 'utf8');
}
