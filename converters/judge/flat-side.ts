import { join } from 'node:path';
import { openParquet, type RowGroup } from '../dataset/parquet.ts';
import { increment } from '../dataset/verify-rows.ts';
import type { RunRecord } from '../run/record.ts';
import type { Clock } from './quality.ts';

/** Takes rows group by group. */
export interface Side {
  /** What it wants of a row. */
  readonly columns: readonly string[];
  add(group: RowGroup): void;
}

/** Reads one flat file once, for all that count its rows. */
export async function readFlat({
  dir,
  signal,
  sides,
}: {
  dir: string;
  signal: string;
  sides: readonly Side[];
}): Promise<void> {
  const parquet = await openParquet(join(dir, `ocsf_${signal}.parquet`));
  try {
    const columns = new Set(sides.flatMap((side) => side.columns));
    for await (const group of parquet.groups([...columns])) for (const side of sides) side.add(group);
  } finally {
    await parquet.close();
  }
}

/** What is counted of every row, whatever its file. */
export class RowCounts {
  readonly columns = ['time', 'event_kind'];
  readonly kinds = new Map<string, number>();
  readonly #window: RunRecord['window'];
  #outside = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  constructor(window: RunRecord['window']) {
    this.#window = window;
  }

  add(group: RowGroup): void {
    const [times, kinds] = [group.column('time'), group.column('event_kind')];
    const { start_ms, end_ms } = this.#window;
    for (let i = 0; i < group.rows; i++) {
      const time = Number(times[i]);
      if (!(time >= start_ms && time < (end_ms ?? 0))) this.#outside++;
      if (time < this.#first) this.#first = time;
      if (time > this.#last) this.#last = time;
      increment(this.kinds, String(kinds[i]));
    }
  }

  clock(): Omit<Clock, 'offsets'> {
    const finite = (time: number) => (Number.isFinite(time) ? time : null);
    return { outside_window: this.#outside, first_ms: finite(this.#first), last_ms: finite(this.#last) };
  }
}
