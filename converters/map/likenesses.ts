import { LineLikenesses } from './line-likeness.ts';
import type { Rows } from './rows.ts';
import { Senders } from './senders.ts';
import { SpanLikenesses } from './span-likeness.ts';

/** What was learned of the records before, for rows. */
export class Likenesses {
  readonly senders = new Senders();
  readonly spans: SpanLikenesses;
  readonly lines: LineLikenesses;
  readonly #rows: Rows;
  #generation = -1;

  constructor(rows: Rows) {
    this.#rows = rows;
    this.spans = new SpanLikenesses(rows);
    this.lines = new LineLikenesses(rows);
  }

  /** For another raw object: what was learned with other numbers of templates and strings is forgotten, and so is too much. */
  begin(): void {
    const all = [this.senders, this.spans, this.lines];
    const { generation } = this.#rows;
    if (this.#generation !== generation || all.some(({ isFull }) => isFull))
      for (const one of all) one.forget();
    this.#generation = generation;
  }
}
