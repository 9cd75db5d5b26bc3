/** Arrays of one batch, taken from one that is used again for the next. What is in them is not cleared. */
class Taken<T extends Uint8Array | Int32Array | Float64Array> {
  readonly #make: (length: number) => T;
  #all: T;
  #used = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#all = make(0);
  }

  take(length: number): T {
    const from = this.#used;
    this.#used += length;
    return this.#used <= this.#all.length ? (this.#all.subarray(from, this.#used) as T) : this.#make(length);
  }

  /** The next batch has as much room as this one took. */
  release(): void {
    if (this.#used > this.#all.length) this.#all = this.#make(this.#used);
    this.#used = 0;
  }
}

export const bytesOf = new Taken((length) => new Uint8Array(length));
export const intsOf = new Taken((length) => new Int32Array(length));
export const doublesOf = new Taken((length) => new Float64Array(length));

/** Ends the batch before: what was made for it is not to be read any more. Nothing is awaited from here until the batch is written. */
export function beginBatch(): void {
  for (const taken of [bytesOf, intsOf, doublesOf]) taken.release();
}
