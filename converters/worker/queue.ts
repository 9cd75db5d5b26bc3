/**
 * Keys that wait for a lane. Bounded, and each in it once: a key that is notified again while it waits is not taken twice.
 * Ends when it was closed and all were given out.
 */
export class KeyQueue implements AsyncIterableIterator<string> {
  readonly #capacity: number;
  readonly #keys = new Set<string>();
  readonly #lanes: ((next: IteratorResult<string, undefined>) => void)[] = [];
  #closed = false;

  /** @param capacity keys that may wait */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#keys.size;
  }

  /** Takes all of them, or none and returns false: when they do not fit, or when it is closed. An empty queue takes any number. */
  add(keys: readonly string[]): boolean {
    const fresh = new Set(keys.filter((key) => !this.#keys.has(key)));
    const fits = this.#keys.size + fresh.size <= this.#capacity;
    if (this.#closed || (!fits && this.#keys.size > 0)) return false;
    for (const value of fresh) {
      const lane = this.#lanes.shift();
      if (lane) lane({ value, done: false });
      else this.#keys.add(value);
    }
    return true;
  }

  /** Takes nothing more; what waits is still given out, or dropped. */
  close({ drop = false }: { drop?: boolean } = {}): void {
    this.#closed = true;
    if (drop) this.#keys.clear();
    for (const lane of this.#lanes.splice(0)) lane({ value: undefined, done: true });
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    for (const value of this.#keys) {
      this.#keys.delete(value);
      return { value, done: false };
    }
    if (this.#closed) return { value: undefined, done: true };
    return new Promise((resolve) => this.#lanes.push(resolve));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
