import { createHash } from 'node:crypto';
import type { Refused } from '../read/piece.ts';
import type { Signal } from '../read/raw-object.ts';

const EXCERPT = 160;
const NAME = String.raw`\w*(?:password|passwd|secret|token|authorization|api[_-]?key|cookie|session)\w*`;
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
  [/[\w.+-]+@[\w-]+\.[\w.-]+/g, '<email>'],
  [/\b(?:\d[ -]?){13,19}\b/g, '<number>'],
];

/** What is readable of some bytes, short and without secrets: runs of printable ASCII, `·` for the rest. */
export function excerpt(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, 4 * EXCERPT)) {
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '\u00b7';
  }
  text = text.replace(/\u00b7+/g, '\u00b7');
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
