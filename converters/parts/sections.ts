/** Sections begin at multiples of this, so that numbers of any width can be read as they lie there. */
const ALIGNED = 8;
const aligned = (length: number): number => Math.ceil(length / ALIGNED) * ALIGNED;

/** Sections, one behind the other, with zeros between them. */
export function joined(sections: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(sections.reduce((sum, { length }) => sum + aligned(length), 0));
  let at = 0;
  for (const section of sections) {
    bytes.set(section, at);
    at += aligned(section.length);
  }
  return bytes;
}

/** Takes apart what {@link joined} has joined; sections are views of it. */
export class Sections {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes.byteOffset % ALIGNED === 0 ? bytes : new Uint8Array(bytes);
  }

  /** @throws RangeError where so many bytes are not left */
  next(length: number): Uint8Array {
    const from = this.#at;
    this.#at += aligned(length);
    if (!(this.#at <= this.#bytes.length))
      throw new RangeError(`${length} bytes at ${from} of ${this.#bytes.length} expected`);
    return this.#bytes.subarray(from, from + length);
  }

  /** @throws RangeError where something is left */
  end(): void {
    if (this.#at !== this.#bytes.length)
      throw new RangeError(`end at ${this.#at} of ${this.#bytes.length} bytes expected`);
  }
}
