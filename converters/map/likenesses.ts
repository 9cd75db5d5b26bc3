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

  /** What was learned with other numbers of templates and strings is forgotten. */
  begin(): void {
    this.spans.begin();
    this.lines.begin();
  }
}
