import type { RowsView } from './rows-view.ts';

/** The strings that columns use, numbered anew in order of first use. */
export class UsedStrings {
  count = 0;
  readonly #view: RowsView;
  /** Id → new id from 1. */
  readonly #numbers: Int32Array;
  readonly #ids: Int32Array;
  #size = 0;

  constructor(view: RowsView) {
    this.#view = view;
    this.#numbers = new Int32Array(view.offsets.length);
    this.#ids = new Int32Array(view.offsets.length);
  }

  /** New ids of a column in order; -1 where absent. */
  use(source: Int32Array, order: Uint32Array): Int32Array {
    const numbers = this.#numbers;
    const used = new Int32Array(order.length);
    for (let i = 0; i < order.length; i++) {
      const id = source[order[i] as number] as number;
      used[i] = id < 0 ? -1 : (numbers[id] || this.#add(id)) - 1;
    }
    return used;
  }

  #add(id: number): number {
    const { offsets } = this.#view;
    this.#size += (offsets[id + 1] as number) - (offsets[id] as number);
    this.#ids[this.count] = id;
    this.#numbers[id] = ++this.count;
    return this.count;
  }

  /** All of them, end to end, and the bytes of each. */
  all(): { bytes: Uint8Array; lengths: Int32Array } {
    const { bytes: from, offsets } = this.#view;
    const bytes = new Uint8Array(this.#size);
    const lengths = new Int32Array(this.count);
    for (let i = 0, at = 0; i < this.count; i++) {
      const id = this.#ids[i] as number;
      const [start, end] = [offsets[id] as number, offsets[id + 1] as number];
      for (let b = start; b < end; b++) bytes[at++] = from[b] as number;
      lengths[i] = end - start;
    }
    return { bytes, lengths };
  }
}
