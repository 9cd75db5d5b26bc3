import type { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';

/** Levels of a page: more are a new one. */
export const PAGE_LEVELS = 8_192;

/** Whole numbers of a page in the making: kept as one as long as all are the same. */
export class Runs<T extends Uint8Array | Int32Array> {
  count = 0;
  /** Each of them, where `all` is undefined. */
  same = 0;
  readonly #make: (length: number) => T;
  #differ = false;
  #room: T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#room = make(0);
  }

  get all(): T | undefined {
    return this.#differ ? (this.#room.subarray(0, this.count) as T) : undefined;
  }

  clear(): void {
    this.count = 0;
    this.#differ = false;
  }

  add(values: Uint8Array | Int32Array | Float64Array | number, count: number): void {
    if (count === 0) return;
    const from = this.count;
    this.count += count;
    const one = typeof values === 'number' ? values : sameOf(values, count);
    if (one !== undefined && !this.#differ && (from === 0 || one === this.same)) {
      this.same = one;
      return;
    }
    if (this.#room.length < this.count) {
      const larger = this.#make(Math.max(this.count, PAGE_LEVELS));
      if (this.#differ) larger.set(this.#room.subarray(0, from));
      this.#room = larger;
    }
    if (!this.#differ) this.#room.fill(this.same, 0, from);
    this.#differ = true;
    if (typeof values === 'number') this.#room.fill(values, from, this.count);
    else this.#room.set(values.subarray(0, count), from);
  }
}

/** Undefined where they differ. */
function sameOf(values: Uint8Array | Int32Array | Float64Array, count: number): number | undefined {
  const first = values[0] as number;
  for (let i = 1; i < count; i++) if (values[i] !== first) return undefined;
  return first;
}

/** The hybrid of runs and packed bits (https://parquet.apache.org/docs/file-format/data-pages/encodings/). */
export function writeRuns(
  writer: ByteWriter,
  { count, same, all }: Runs<Uint8Array | Int32Array>,
  width: number,
) {
  if (all) {
    writeRleBitPackedHybrid(writer, all as never, width);
    return;
  }
  writer.appendVarInt(count << 1);
  for (let bit = 0; bit < width; bit += 8) writer.appendUint8((same >> bit) & 0xff);
}
