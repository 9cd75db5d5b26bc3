import { join } from 'node:path';
import { openParquet, type ParquetFile, type RowGroup, textAt } from '../dataset/parquet.ts';
import { FLAT_FILES } from '../dataset/verify-rows.ts';
import { compareKeys } from '../store/keys.ts';

const COLUMNS = ['time', 'event_uid', 'event_kind', 'service', 'trace_id'];

export interface MergedRow {
  readonly time: number;
  readonly event_uid: string;
  readonly event_kind: string;
  readonly service: string | undefined;
  readonly trace_id: string | undefined;
}

/** Rows of all four flat files in one order of (time, event_uid). Memory: a row group a file. */
export async function* mergedRows(dir: string): AsyncGenerator<MergedRow> {
  const files: ParquetFile[] = [];
  try {
    const sources: { rows: AsyncGenerator<MergedRow>; next: MergedRow }[] = [];
    for (const name of FLAT_FILES) {
      const file = await openParquet(join(dir, name));
      files.push(file);
      const rows = rowsOf(file);
      const { value, done } = await rows.next();
      if (!done) sources.push({ rows, next: value });
    }
    while (sources.length > 0) {
      const least = sources.reduce((a, b) => (isBefore(b.next, a.next) ? b : a));
      yield least.next;
      const { value, done } = await least.rows.next();
      if (done) sources.splice(sources.indexOf(least), 1);
      else least.next = value;
    }
  } finally {
    for (const file of files) await file.close();
  }
}

const isBefore = (a: MergedRow, b: MergedRow) =>
  a.time < b.time || (a.time === b.time && compareKeys(a.event_uid, b.event_uid) < 0);

async function* rowsOf(file: ParquetFile): AsyncGenerator<MergedRow> {
  for await (const group of file.groups(COLUMNS)) yield* rowsIn(group);
}

function* rowsIn(group: RowGroup): Generator<MergedRow> {
  const [times, uids, kinds] = [group.column('time'), group.column('event_uid'), group.column('event_kind')];
  const [services, traces] = [group.column('service'), group.column('trace_id')];
  for (let i = 0; i < group.rows; i++)
    yield {
      ...{ time: Number(times[i]), event_uid: String(uids[i]), event_kind: String(kinds[i]) },
      ...{ service: textAt(services, i), trace_id: textAt(traces, i) },
    };
}
