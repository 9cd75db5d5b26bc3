/** A uuid, a hash, a number, what stands in quotes: what changes from line to line. */
const VARIABLE =
  /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-f]{8,}\b|\d+(?:\.\d+)*/gi;
const LONGEST = 160;

/** The text of a line without what changes from one to the next. */
export function templateOf(message: string): string {
  const start = message.slice(0, 4 * LONGEST);
  const text = start.replaceAll(VARIABLE, '…').replaceAll(/\s+/g, ' ').trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
