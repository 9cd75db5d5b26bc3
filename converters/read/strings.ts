import { Malformed } from '../errors.ts';

const FIXED: string[] = [];
const FIXED_IDS = new Map<string, number>();

/**
 * A string known beforehand (attribute names, kinds, captions): it has the same id in every pool. Called while modules load,
 * before the first pool is made.
 */
export function fixed(text: string): number {
  let id = FIXED_IDS.get(text);
  if (id === undefined) {
    id = FIXED.length;
    FIXED.push(text);
    FIXED_IDS.set(text, id);
  }
  return id;
}

/** How many strings are {@link fixed}: ids below this are theirs. */
export const fixedCount = (): number => FIXED.length;

const HEX = new Uint8Array(512);
for (let i = 0; i < 256; i++) {
  const text = i.toString(16).padStart(2, '0');
  HEX[2 * i] = text.charCodeAt(0);
  HEX[2 * i + 1] = text.charCodeAt(1);
}
const strict = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * Interned UTF-8 strings, numbered from 0 in order of first sight. Their bytes lie end to end, which is Arrow's own layout, so
 * that a pool is written and read without a copy. -1 stands for "no string" everywhere.
 */
export class StringPool {
  #bytes: Uint8Array<ArrayBuffer>;
  #offsets: Int32Array<ArrayBuffer>;
  #hashes: Int32Array<ArrayBuffer>;
  #table: Int32Array<ArrayBuffer>;
  #texts: (string | undefined)[] = [];
  #ids = new Map<string, number>();
  #scratch = new Uint8Array(256);
  #size = 0;
  readonly #kept: number;

  /** @param withFixed false: it begins empty */
  constructor({ withFixed = true }: { withFixed?: boolean } = {}) {
    const room = withFixed ? 1 << 10 : 1 << 4;
    this.#bytes = new Uint8Array(room << 6);
    [this.#offsets, this.#hashes] = [new Int32Array(room), new Int32Array(room)];
    this.#table = new Int32Array(room << 1);
    this.#kept = withFixed ? FIXED.length : 0;
    if (withFixed) for (const text of FIXED) this.of(text);
  }

  get size(): number {
    return this.#size;
  }
  /** Bytes of all strings, end to end. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#offsets[this.#size]);
  }
  /** Where string i begins; one more than there are strings. */
  get offsets(): Int32Array {
    return this.#offsets.subarray(0, this.#size + 1);
  }

  /** Forgets everything but the fixed strings. */
  clear(): void {
    const kept = this.#kept;
    for (let id = kept; id < this.#size; id++) {
      const text = this.#texts[id];
      if (text !== undefined) this.#ids.delete(text);
    }
    this.#texts.length = kept;
    this.#size = kept;
    this.#table.fill(0);
    for (let id = 0; id < kept; id++) this.#enter(id, this.#hashes[id] as number);
  }

  /** @throws Malformed `invalid_utf8` */
  ofBytes(buffer: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5;
    let high = 0;
    for (let i = start; i < end; i++) {
      const byte = buffer[i] as number;
      high |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hash ^= hash >>> 15;
    const length = end - start;
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = (this.#table[at] as number) - 1;
      if (id < 0) break;
      if (this.#hashes[id] !== hash) continue;
      const from = this.#offsets[id] as number;
      if ((this.#offsets[id + 1] as number) - from !== length) continue;
      let i = 0;
      while (i < length && this.#bytes[from + i] === buffer[start + i]) i++;
      if (i === length) return id;
    }
    if (high > 0x7f) this.#check(buffer.subarray(start, end));
    return this.#add(buffer, start, end, hash);
  }

  of(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.ofUncached(text);
    this.#ids.set(text, id);
    this.#texts[id] = text;
    return id;
  }

  /** As {@link of}, for strings that are not expected again. */
  ofUncached(text: string): number {
    if (this.#scratch.length < text.length * 3) this.#scratch = new Uint8Array(text.length * 4);
    const { written } = encoder.encodeInto(text, this.#scratch);
    return this.ofBytes(this.#scratch, 0, written);
  }

  /** Bytes as lower-case hex. */
  ofHex(buffer: Uint8Array, start: number, end: number): number {
    let at = 0;
    for (let i = start; i < end; i++) {
      const pair = 2 * (buffer[i] as number);
      this.#scratch[at++] = HEX[pair] as number;
      this.#scratch[at++] = HEX[pair + 1] as number;
    }
    return this.ofBytes(this.#scratch, 0, at);
  }

  text(id: number): string {
    let text = this.#texts[id];
    if (text === undefined) {
      text = strict.decode(this.#bytes.subarray(this.#offsets[id], this.#offsets[id + 1]));
      this.#texts[id] = text;
    }
    return text;
  }

  #check(bytes: Uint8Array): void {
    try {
      strict.decode(bytes);
    } catch {
      throw new Malformed('invalid_utf8');
    }
  }

  #add(buffer: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.#size;
    const from = this.#offsets[id] as number;
    const to = from + end - start;
    if (to > this.#bytes.length) this.#bytes = grown(this.#bytes, Math.max(to, this.#bytes.length * 2));
    if (id + 2 > this.#offsets.length) {
      const larger = new Int32Array(this.#offsets.length * 2);
      larger.set(this.#offsets);
      this.#offsets = larger;
      const hashes = new Int32Array(larger.length);
      hashes.set(this.#hashes);
      this.#hashes = hashes;
    }
    for (let i = start, at = from; i < end; i++, at++) this.#bytes[at] = buffer[i] as number;
    this.#offsets[id + 1] = to;
    this.#hashes[id] = hash;
    this.#size = id + 1;
    if (this.#size * 2 > this.#table.length) {
      this.#table = new Int32Array(this.#table.length * 2);
      for (let old = 0; old < id; old++) this.#enter(old, this.#hashes[old] as number);
    }
    this.#enter(id, hash);
    return id;
  }

  #enter(id: number, hash: number): void {
    const mask = this.#table.length - 1;
    let at = hash & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = id + 1;
  }
}

function grown(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}
