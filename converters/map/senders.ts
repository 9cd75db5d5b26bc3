import type { Origin } from '../read/walk.ts';

/** So many are told apart, by so much text each. */
const MOST = 1 << 12;
const LONGEST = 1 << 14;

/** Numbers of those who sent records, by all that a row takes from its resource. */
export class Senders {
  readonly #numbers = new Map<string, number>();
  #last: Origin | undefined;
  #lastNumber = -1;

  get isFull(): boolean {
    return this.#numbers.size >= MOST;
  }

  forget(): void {
    this.#numbers.clear();
    this.#last = undefined;
  }

  /** -1: it is not told apart from others. */
  of(origin: Origin): number {
    if (this.#last !== origin) {
      this.#last = origin;
      this.#lastNumber = this.#numberOf(origin);
    }
    return this.#lastNumber;
  }

  #numberOf({ service, version, instance, environment, rest }: Origin): number {
    const said = JSON.stringify([service, version, instance, environment, rest]);
    const known = this.#numbers.get(said);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    if (number >= MOST || said.length > LONGEST) return -1;
    this.#numbers.set(said, number);
    return number;
  }
}
