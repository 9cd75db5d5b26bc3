/** Hex digits of each byte. */
const DIGITS = new Uint8Array(512);
/** Value of each lower-case hex digit, by its character; 16 of all others. */
const VALUES = new Uint8Array(256).fill(16);
for (let i = 0; i < 256; i++) {
  const text = i.toString(16).padStart(2, '0');
  DIGITS[2 * i] = text.charCodeAt(0);
  DIGITS[2 * i + 1] = text.charCodeAt(1);
}
for (let i = 0; i < 16; i++) VALUES[i.toString(16).charCodeAt(0)] = i;

/** Writes the bytes of `from` at `at` of `into`, two digits each; returns where they end. */
export function writeHex(from: Uint8Array, start: number, end: number, into: Uint8Array, at: number): number {
  let place = at;
  for (let i = start; i < end; i++) {
    const pair = 2 * (from[i] as number);
    into[place++] = DIGITS[pair] as number;
    into[place++] = DIGITS[pair + 1] as number;
  }
  return place;
}

const PAIRS = new Uint16Array(DIGITS.buffer);

/** As {@link writeHex}, both digits of a byte at once: `at` and what is returned count pairs. */
export function writeHexPairs(
  from: Uint8Array,
  start: number,
  end: number,
  into: Uint16Array,
  at: number,
): number {
  let place = at;
  for (let i = start; i < end; i++) into[place++] = PAIRS[from[i] as number] as number;
  return place;
}

/** So many bytes as digits. */
export const hexText = (bytes: Uint8Array, start: number, count: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, count).toString('hex');

/** Puts what hex digits say at `at` of `into`; returns where it ends, undefined where a character is no lower-case one. */
export function readHex(text: string, into: Uint8Array, at: number): number | undefined {
  const end = at + (text.length >> 1);
  let all = 0;
  for (let place = at, i = 0; place < end; place++, i += 2) {
    const high = VALUES[text.charCodeAt(i)] ?? 16;
    const low = VALUES[text.charCodeAt(i + 1)] ?? 16;
    all |= high | low;
    into[place] = (high << 4) | low;
  }
  return all > 15 ? undefined : end;
}
