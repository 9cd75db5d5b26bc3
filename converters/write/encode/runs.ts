import type { PageBytes } from './page-bytes.ts';

/** Levels of a page: more are a new one. */
export const PAGE_LEVELS = 8_192;

/** Whole numbers of a page in the making: kept as one as long as all are the same. */
export class Runs<T extends Uint8Array | Int32Array> {
  count = 0;
  readonly #make: (length: number) => T;
  #same = 0;
  #differ = false;
  #room: T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#room = make(0);
  }

  clear(): void {
    this.count = 0;
    this.#differ = false;
  }

  /** The same so many times. */
  fill(value: number, count: number): void {
    if (!this.#differ && (this.count === 0 || value === this.#same)) {
      this.#same = value;
      this.count += count;
    } else this.room(count).fill(value);
  }

  /** So many more, to be set. */
  room(count: number): T {
    const from = this.count;
    this.count += count;
    if (this.#room.length < this.count) {
      const larger = this.#make(Math.max(this.count, PAGE_LEVELS));
      if (this.#differ) larger.set(this.#room.subarray(0, from));
      this.#room = larger;
    }
    if (!this.#differ) this.#room.fill(this.#same, 0, from);
    this.#differ = true;
    return this.#room.subarray(from, this.count) as T;
  }

  /** Each of them, or the one that all are. */
  values(): T | number {
    if (!this.#differ) return this.#same;
    const first = this.#room[0] as number;
    for (let i = 1; i < this.count; i++)
      if (this.#room[i] !== first) return this.#room.subarray(0, this.count) as T;
    return first;
  }
}

/** So many alike are a run, fewer are packed, this many at once. */
const GROUP = 8;
/** Bits of a value that is packed: with 15 that wait they are a whole number. A dictionary is given up at 2^18 bytes: with the batch that does it, of 8,192 rows, it has fewer than 2^17 values. */
const WIDEST = 17;

/** The hybrid of runs and packed bits (https://parquet.apache.org/docs/file-format/data-pages/encodings/). */
export function writeRuns(into: PageBytes, runs: Runs<Uint8Array | Int32Array>, width: number): void {
  const values = runs.values();
  if (typeof values === 'number') writeRun(into, values, runs.count, width);
  else writeHybrid(into, asInts(values), width);
}

let ints = new Int32Array(PAGE_LEVELS);
/** One kind of array for what is compiled: for two it is slower, and is compiled again and again. */
function asInts(values: Uint8Array | Int32Array): Int32Array {
  if (values instanceof Int32Array) return values;
  if (ints.length < values.length) ints = new Int32Array(2 * values.length);
  ints.set(values);
  return ints.subarray(0, values.length);
}

function writeRun(into: PageBytes, value: number, count: number, width: number): void {
  into.varint(count << 1);
  for (let bit = 0; bit < width; bit += 8) into.byte((value >> bit) & 0xff);
}

/** Runs are looked for where a group begins: what stands before one goes in whole groups. */
function writeHybrid(into: PageBytes, values: Int32Array, width: number): void {
  const count = values.length;
  let packed = 0;
  let at = 0;
  while (at < count) {
    const first = values[at] as number;
    let end = at + 1;
    while (end < count && values[end] === first) end += 1;
    if (end - at < GROUP) {
      packed += 1;
      at += GROUP;
      continue;
    }
    writePacked(into, values, at - packed * GROUP, packed, width);
    packed = 0;
    writeRun(into, first, end - at, width);
    at = end;
  }
  writePacked(into, values, at - packed * GROUP, packed, width);
}

/** So many groups from a place on, the lowest bit first; what lacks behind the last value is 0. */
function writePacked(into: PageBytes, values: Int32Array, from: number, groups: number, width: number): void {
  if (groups === 0) return;
  if (width > WIDEST)
    throw new RangeError(`places of a dictionary have at most ${WIDEST} bits, not ${width}`);
  into.varint((groups << 1) | 1);
  into.reserve(groups * width + 2);
  const bytes = into.all;
  const end = Math.min(values.length, from + groups * GROUP);
  let at = into.length;
  let bits = 0;
  let waiting = 0;
  for (let i = from; i < end; i++) {
    waiting |= (values[i] as number) << bits;
    bits += width;
    for (; bits >= 16; bits -= 16) {
      bytes[at] = waiting;
      bytes[at + 1] = waiting >>> 8;
      at += 2;
      waiting >>>= 16;
    }
  }
  into.length += groups * width;
  bytes.fill(0, at, into.length);
  bytes[at] = waiting;
  bytes[at + 1] = waiting >>> 8;
}
