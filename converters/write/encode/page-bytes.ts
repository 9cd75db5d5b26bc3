import { wordsOf } from '../../read/strings.ts';

/** Rounds up what a page takes: the next ones are as long, more or less. */
const ROOM = 1 << 16;
/** From so many bytes on it is quicker to have them copied than to copy them. */
const LONG = 300;

/** Bytes that grow by a quarter, or to what is needed: every column keeps its own, and doubled they would be half empty. */
export class PageBytes {
  length = 0;
  #bytes = new Uint8Array(0);
  #words = wordsOf(this.#bytes);

  /** Until it grows: whoever writes into it reserves first. */
  get all(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }
  get words(): DataView {
    return this.#words;
  }
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Makes room for so many bytes more. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    const wanted = Math.max(needed, 1.25 * this.#bytes.length);
    const larger = new Uint8Array(Math.ceil(wanted / ROOM) * ROOM);
    larger.set(this.bytes);
    this.#bytes = larger;
    this.#words = wordsOf(larger);
  }

  append(from: Uint8Array): void {
    this.reserve(from.length);
    this.#bytes.set(from, this.length);
    this.length += from.length;
  }

  /** Some bytes of `from`, four at once. @param words of `from` */
  copy(from: Uint8Array, words: DataView, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    const [into, own] = [this.#bytes, this.#words];
    let at = this.length;
    this.length += count;
    if (count > LONG) {
      into.set(from.subarray(start, end), at);
      return;
    }
    let i = start;
    for (const whole = end - 3; i < whole; i += 4, at += 4) own.setInt32(at, words.getInt32(i));
    for (; i < end; i++) into[at++] = from[i] as number;
  }

  byte(value: number): void {
    this.reserve(1);
    this.#bytes[this.length++] = value;
  }

  varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** In four bytes, the lowest first. */
  int(value: number): void {
    this.reserve(4);
    this.#words.setInt32(this.length, value, true);
    this.length += 4;
  }

  /** As {@link copy}, behind its length in four bytes. */
  text(from: Uint8Array, words: DataView, start: number, end: number): void {
    this.int(end - start);
    this.copy(from, words, start, end);
  }
}
