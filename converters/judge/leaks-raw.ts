import { eachText, type NamedLeak } from './leaks.ts';
import { wordFinder } from './leaks-words.ts';

const LISTED = 20;
const REMEMBERED = 50_000;
/** OTLP needs nine levels, and two more for each level of an attribute; text can be made to look like thousands. */
const DEEPEST = 64;
const LINE_BREAKS = new Set([0x09, 0x0a, 0x0d]);

/**
 * The gate over raw telemetry: the converter leaves out what has no column (most attributes of a resource, such as names
 * of containers and processes), and the raw objects still have it. Give it each object of a run, unpacked.
 */
export class RawLeaks {
  readonly #find: ReturnType<typeof wordFinder>;
  readonly #seen = new Set<string>();
  readonly #found: NamedLeak[] = [];
  #texts = 0;
  #count = 0;

  constructor({ words }: { words: readonly string[] }) {
    this.#find = wordFinder(words);
  }

  /** @param bytes OTLP as protobuf or as JSON @throws SyntaxError for JSON that is none */
  add({ key, bytes }: { key: string; bytes: Uint8Array }): void {
    const look = (text: string) => this.#look(key, text);
    if (bytes[0] !== 0x7b) eachProtobufText(bytes, look);
    else eachJsonText(bytes, look);
  }

  report(): { texts: number; count: number; found: readonly NamedLeak[] } {
    return { texts: this.#texts, count: this.#count, found: this.#found };
  }

  #look(place: string, text: string): void {
    this.#texts++;
    if (this.#seen.has(text)) return;
    if (this.#seen.size < REMEMBERED) this.#seen.add(text);
    const hit = this.#find(text);
    if (!hit) return;
    this.#count++;
    if (this.#found.length < LISTED) this.#found.push({ place, ...hit });
  }
}

/** One request a line, as the collector's exporters write it. */
function eachJsonText(bytes: Uint8Array, onText: (text: string) => void): void {
  for (const line of new TextDecoder().decode(bytes).split('\n'))
    if (line.trim() !== '') eachText(JSON.parse(line), onText);
}

/**
 * Every text of a protobuf message, without its schema. A field with a length may be a text or a message of its own; what
 * can be both is taken as both, since within a message read as text a length would stand before the word as a letter.
 */
export function eachProtobufText(bytes: Uint8Array, onText: (text: string) => void): void {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  eachTextWithin(new Fields(all, 0, all.length), onText, 0);
}

function eachTextWithin(fields: Fields, onText: (text: string) => void, depth: number): void {
  if (depth > DEEPEST || !fields.areWhole()) return;
  const { bytes } = fields;
  while (fields.next()) {
    const { from, at } = fields;
    if (isText(bytes, from, at)) onText(bytes.toString('utf8', from, at));
    eachTextWithin(new Fields(bytes, from, at), onText, depth + 1);
  }
}

function isText(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    if ((byte < 0x20 && !LINE_BREAKS.has(byte)) || byte === 0x7f) return false;
  }
  return to > from;
}

/** The length-delimited fields of what may be a message. There are millions: nothing is copied, and nothing made for each but this. */
class Fields {
  readonly bytes: Buffer;
  readonly #start: number;
  readonly #end: number;
  /** The field that was read last is from here to before `at`. */
  from = 0;
  at: number;

  constructor(bytes: Buffer, start: number, end: number) {
    this.bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.at = start;
  }

  /** Are the bytes fields from their first to their last? Then begins anew. */
  areWhole(): boolean {
    while (this.next());
    const whole = this.at === this.#end;
    this.at = this.#start;
    return whole;
  }

  /** Goes to the next field with a length; false behind the last, or where the bytes are no field. */
  next(): boolean {
    while (this.at < this.#end) {
      const key = this.#varint();
      const type = key % 8;
      if (!(key >= 8)) return this.#broken();
      if (type === 2) {
        const length = this.#varint();
        if (!(this.at + length <= this.#end)) return this.#broken();
        this.from = this.at;
        this.at += length;
        return true;
      }
      if (type === 0) {
        if (Number.isNaN(this.#varint())) return this.#broken();
      } else if (type === 1) this.at += 8;
      else if (type === 5) this.at += 4;
      else return this.#broken();
    }
    return false;
  }

  #broken(): false {
    this.at = Number.POSITIVE_INFINITY;
    return false;
  }

  /** NaN where it does not end. */
  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 10 && this.at < this.#end; i++) {
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return Number.NaN;
  }
}
