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
export function eachProtobufText(bytes: Uint8Array, onText: (text: string) => void, depth = 0): void {
  if (depth > DEEPEST) return;
  for (const inner of fieldsOf(bytes) ?? []) {
    if (isText(inner)) onText(Buffer.from(inner.buffer, inner.byteOffset, inner.length).toString('utf8'));
    eachProtobufText(inner, onText, depth + 1);
  }
}

function isText(bytes: Uint8Array): boolean {
  for (const byte of bytes) if ((byte < 0x20 && !LINE_BREAKS.has(byte)) || byte === 0x7f) return false;
  return bytes.length > 0;
}

/** The length-delimited fields of a message; undefined where the bytes are none. */
function fieldsOf(bytes: Uint8Array): Uint8Array[] | undefined {
  const fields: Uint8Array[] = [];
  let at = 0;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (let i = 0; i < 10 && at < bytes.length; i++) {
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const key = varint();
    const type = key % 8;
    if (!(key >= 8)) return undefined;
    if (type === 0) {
      if (Number.isNaN(varint())) return undefined;
    } else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      if (!(at + length <= bytes.length)) return undefined;
      fields.push(bytes.subarray(at, at + length));
      at += length;
    } else return undefined;
  }
  return at === bytes.length ? fields : undefined;
}
