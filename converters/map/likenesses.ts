import { LineLikenesses } from './line-likeness.ts';
import type { Rows } from './rows.ts';
import { SpanLikenesses } from './span-likeness.ts';

/** What was learned of the records before, for rows: it holds as long as their templates and strings do. */
export class Likenesses {
  readonly spans: SpanLikenesses;
  readonly lines: LineLikenesses;

  constructor(rows: Rows) {
    this.spans = new SpanLikenesses(rows);
    this.lines = new LineLikenesses(rows);
  }
}
