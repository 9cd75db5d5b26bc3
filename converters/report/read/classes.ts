import type { RowGroup } from '../../dataset/parquet.ts';
import { increment } from '../../dataset/verify-rows.ts';
import type { Side } from '../../judge/flat-side.ts';
import { classLayout } from '../../ocsf/classes.ts';

export interface ClassCount {
  readonly uid: number;
  readonly name: string;
  readonly rows: number;
}

/** Rows by OCSF class, and of all. */
export class ClassCounts implements Side {
  readonly columns = ['class_uid'];
  readonly #counts = new Map<number, number>();
  rows = 0;

  add(group: RowGroup): void {
    const classes = group.column('class_uid');
    for (let i = 0; i < group.rows; i++) increment(this.#counts, Number(classes[i]));
    this.rows += group.rows;
  }

  /** The most frequent first. */
  counts(): ClassCount[] {
    return [...this.#counts]
      .map(([uid, rows]) => ({ uid, name: classLayout(uid).caption, rows }))
      .sort((a, b) => b.rows - a.rows || a.uid - b.uid);
  }
}
