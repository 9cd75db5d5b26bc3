/** Hands every value to every subscriber, in order. Each subscriber has its own buffer: a slow one holds up nobody. */
export class Stream<T> {
  readonly #subscribers = new Set<Subscriber<T>>();
  #ended = false;

  push(value: T): void {
    for (const subscriber of this.#subscribers) subscriber.push(value);
  }

  /** No more values; every subscriber's loop ends after what it has not read yet. */
  end(): void {
    this.#ended = true;
    for (const subscriber of this.#subscribers) subscriber.end();
    this.#subscribers.clear();
  }

  /** Values from this call on, not only from the first `next`. */
  subscribe(): AsyncIterableIterator<T> {
    const subscriber = new Subscriber<T>(() => this.#subscribers.delete(subscriber));
    if (this.#ended) subscriber.end();
    else this.#subscribers.add(subscriber);
    return subscriber;
  }
}

class Subscriber<T> implements AsyncIterableIterator<T> {
  readonly #buffer: T[] = [];
  readonly #leave: () => void;
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  push(value: T): void {
    this.#buffer.push(value);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T>> {
    while (this.#buffer.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#buffer.length > 0
      ? { done: false, value: this.#buffer.shift() as T }
      : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#leave();
    this.#buffer.length = 0;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }
}
