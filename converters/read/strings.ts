import { Malformed } from '../errors.ts';
import { enlarged } from './enlarged.ts';

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

/** A byte order mark is a character as others are. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Interned UTF-8 strings, numbered from 0 in order of first sight. Their bytes lie end to end. -1 stands for "no string" everywhere.
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
  #kept: number;
  readonly #least: number;
  // Four bytes at once: of the buffer that was read last, of `#scratch` and of `#bytes`.
  #buffer: Uint8Array = new Uint8Array(0);
  #words: DataView = wordsOf(this.#buffer);
  #scratchWords = wordsOf(this.#scratch);
  #ownWords: DataView;

  /** @param withFixed false: it begins empty */
  constructor({ withFixed = true }: { withFixed?: boolean } = {}) {
    const room = withFixed ? 1 << 10 : 1 << 4;
    this.#bytes = new Uint8Array(room << 6);
    this.#ownWords = wordsOf(this.#bytes);
    [this.#offsets, this.#hashes] = [new Int32Array(room), new Int32Array(room)];
    this.#table = new Int32Array(room << 1);
    this.#kept = this.#least = withFixed ? FIXED.length : 0;
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

  /** What there is outlives {@link clearRest}. */
  keep(): void {
    this.#kept = this.#size;
  }

  /** Forgets everything but the fixed strings. */
  clear(): void {
    this.#kept = this.#least;
    this.clearRest();
  }

  /** Forgets what came after {@link keep}. */
  clearRest(): void {
    const kept = this.#kept;
    for (let id = kept; id < this.#size; id++) {
      const text = this.#texts[id];
      if (text !== undefined) this.#ids.delete(text);
    }
    this.#texts.length = kept;
    this.#size = kept;
    this.#table.fill(0);
    for (let id = 0; id < kept; id++) this.#enter(id);
  }

  /** @param words of `buffer`, where buffers alternate @throws Malformed `invalid_utf8` */
  ofBytes(buffer: Uint8Array, start: number, end: number, words = this.#wordsOf(buffer)): number {
    const whole = end - 3;
    let hash = end - start;
    let high = 0;
    let i = start;
    for (; i < whole; i += 4) {
      const word = words.getInt32(i, true);
      high |= word;
      hash = Math.imul(hash ^ word, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) {
      const byte = buffer[i] as number;
      high |= byte;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    hash ^= hash >>> 13;
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const id = (this.#table[at] as number) - 1;
      if (id < 0) break;
      if (this.#hashes[id] === hash && this.#equals(id, buffer, start, end, words)) return id;
    }
    if ((high & 0x80808080) !== 0) this.#check(buffer.subarray(start, end));
    const id = this.#add(buffer, start, end, hash);
    if (this.#size * 2 >= this.#table.length) this.#widen();
    else this.#enter(id);
    return id;
  }

  /** Whether `id` is the string at [start, end): quicker than to look it up where one is as good as known. */
  isAt(id: number, buffer: Uint8Array, start: number, end: number): boolean {
    return this.#equals(id, buffer, start, end, this.#wordsOf(buffer));
  }

  #wordsOf(buffer: Uint8Array): DataView {
    if (buffer === this.#scratch) return this.#scratchWords;
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#words = wordsOf(buffer);
    }
    return this.#words;
  }

  #equals(id: number, buffer: Uint8Array, start: number, end: number, words: DataView): boolean {
    let at = this.#offsets[id] as number;
    if ((this.#offsets[id + 1] as number) - at !== end - start) return false;
    const [own, bytes] = [this.#ownWords, this.#bytes];
    let i = start;
    for (const whole = end - 3; i < whole; i += 4, at += 4)
      if (words.getInt32(i, true) !== own.getInt32(at, true)) return false;
    while (i < end && bytes[at] === buffer[i]) {
      i += 1;
      at += 1;
    }
    return i === end;
  }

  of(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const id = this.ofUncached(text);
    // What UTF-8 cannot say became another string.
    if (!text.isWellFormed()) return id;
    this.#ids.set(text, id);
    this.#texts[id] = text;
    return id;
  }

  /** As {@link of}, for strings that are not expected again. */
  ofUncached(text: string): number {
    const { length } = text;
    if (this.#scratch.length < length * 3) {
      this.#scratch = new Uint8Array(length * 4);
      this.#scratchWords = wordsOf(this.#scratch);
    }
    const bytes = length <= SHORT && putAscii(text, this.#scratch) ? length : this.#encode(text);
    return this.ofBytes(this.#scratch, 0, bytes);
  }

  #encode(text: string): number {
    return encoder.encodeInto(text, this.#scratch).written;
  }

  /** Where the bytes of a string are, until the next one comes. */
  at(id: number): { bytes: Uint8Array; start: number; end: number } {
    return {
      bytes: this.#bytes,
      start: this.#offsets[id] as number,
      end: this.#offsets[id + 1] as number,
    };
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
    if (to > this.#bytes.length) {
      this.#bytes = enlarged(this.#bytes, Math.max(to, this.#bytes.length * 2));
      this.#ownWords = wordsOf(this.#bytes);
    }
    if (id + 2 > this.#offsets.length) {
      this.#offsets = enlarged(this.#offsets, this.#offsets.length * 2);
      this.#hashes = enlarged(this.#hashes, this.#offsets.length);
    }
    const bytes = this.#bytes;
    for (let i = start, at = from; i < end; i++, at++) bytes[at] = buffer[i] as number;
    this.#offsets[id + 1] = to;
    this.#hashes[id] = hash;
    this.#size = id + 1;
    return id;
  }

  #widen(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let id = 0; id < this.#size; id++) this.#enter(id);
  }

  #enter(id: number): void {
    const mask = this.#table.length - 1;
    let at = (this.#hashes[id] as number) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = id + 1;
  }
}

/** Of so few characters it is quicker to look at each. */
const SHORT = 64;

/** False where one is not ASCII. */
function putAscii(text: string, into: Uint8Array): boolean {
  let all = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    all |= code;
    into[i] = code;
  }
  return all < 0x80;
}

/** To read several bytes at once. */
export const wordsOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
