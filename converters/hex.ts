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

/** Strings of the rows of a column: `ids` of those that lie end to end in `bytes`; negative ones are absent. */
export interface HexColumn {
  readonly ids: Int32Array;
  readonly order: Uint32Array;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

/**
 * Those strings as so many bytes each, half their length, in that order; zeros where absent. Undefined where one is no lower-case
 * hex, has another length than the rest, or is all zeros.
 */
export function packHex({
  ids,
  order,
  bytes,
  offsets,
}: HexColumn): { width: number; data: Uint8Array } | undefined {
  let width = 0;
  for (let i = 0; i < order.length && width === 0; i++) {
    const id = ids[order[i] as number] as number;
    if (id >= 0) width = ((offsets[id + 1] as number) - (offsets[id] as number)) / 2;
  }
  if (width === 0 || !Number.isInteger(width)) return undefined;
  const data = new Uint8Array(order.length * width);
  for (let i = 0, at = 0; i < order.length; i++, at += width) {
    const id = ids[order[i] as number] as number;
    if (id < 0) continue;
    const from = offsets[id] as number;
    if ((offsets[id + 1] as number) - from !== 2 * width) return undefined;
    let any = 0;
    for (let b = 0, p = from; b < width; b++, p += 2) {
      const high = VALUES[bytes[p] as number] as number;
      const low = VALUES[bytes[p + 1] as number] as number;
      any |= high | low;
      data[at + b] = (high << 4) | low;
    }
    if (any > 15 || any === 0) return undefined;
  }
  return { width, data };
}
