import { writeHex } from '../hex.ts';
import { PageBytes } from './encode/page-bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const ZERO = 0x30;
const POINT = 0x2e;
const BILLION = 1e9;
/** Below it three decimals are within the 15 digits that a double holds exactly. */
const EXACT = 1e12;
const encoder = new TextEncoder();

/** JSON values that are written one after another. */
export class JsonBytes extends PageBytes {
  /** As a JSON string; false, and nothing is written, where JSON does not have it as it is. */
  quoted(from: Uint8Array, start: number, end: number): boolean {
    this.reserve(end - start + 2);
    const bytes = this.all;
    let at = this.length;
    bytes[at++] = QUOTE;
    for (let i = start; i < end; i++) {
      const byte = from[i] as number;
      if (byte < SPACE || byte === QUOTE || byte === BACKSLASH) return false;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.length = at;
    return true;
  }

  /** The id of a row as a JSON string of hex digits. */
  hex(ids: Uint8Array, row: number, width: number): void {
    this.byte(QUOTE);
    this.reserve(2 * width + 1);
    this.length = writeHex(ids, row * width, (row + 1) * width, this.all, this.length);
    this.byte(QUOTE);
  }

  /** As JavaScript prints it. */
  number(value: number): void {
    if (value >= 0 && Number.isSafeInteger(value)) {
      this.#whole(value);
      return;
    }
    // What a few decimals say exactly has no shorter form.
    const thousandths = Math.round(value * 1000);
    if (!(value >= 0 && value < EXACT && thousandths / 1000 === value)) {
      this.string(String(value));
      return;
    }
    const whole = Math.floor(thousandths / 1000);
    this.#whole(whole);
    this.byte(POINT);
    let rest = thousandths - whole * 1000;
    for (let unit = 100; rest > 0; unit /= 10) {
      const digit = Math.floor(rest / unit);
      this.byte(ZERO + digit);
      rest -= digit * unit;
    }
  }

  #whole(value: number): void {
    if (value >= BILLION) {
      const billions = Math.floor(value / BILLION);
      this.#whole(billions);
      this.#digits(value - billions * BILLION, 9);
      return;
    }
    let count = 1;
    for (let bound = 10; bound <= value; bound *= 10) count += 1;
    this.#digits(value, count);
  }

  /** @param value below 2^31 */
  #digits(value: number, count: number): void {
    this.reserve(count);
    const bytes = this.all;
    let rest = value | 0;
    for (let at = this.length + count - 1; at >= this.length; at--) {
      const tens = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.length += count;
  }

  string(value: string): void {
    this.reserve(3 * value.length);
    this.length += encoder.encodeInto(value, this.all.subarray(this.length)).written;
  }
}
