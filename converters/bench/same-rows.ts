import { openParquet, type ParquetFile, type RowGroup } from '../dataset/parquet.ts';

/** Rows of which all values are compared; of those behind them the identities alone, or a long run would be about comparing. */
const COMPARED_ROWS = 100_000;

/**
 * Holds two flat files of the same order against one another, in the columns that the second one has. Null and absent are the same.
 * @returns how many rows both have @throws with the first difference
 */
export async function sameRows(ours: string, theirs: string): Promise<number> {
  const [a, b] = [await openParquet(ours), await openParquet(theirs)];
  try {
    if (a.rows !== b.rows) throw new Error(`${ours} has ${a.rows} rows, ${theirs} ${b.rows}`);
    await compare({ a, b, columns: ['event_uid'], rows: a.rows });
    await compare({ a, b, columns: b.columns, rows: Math.min(a.rows, COMPARED_ROWS) });
    return a.rows;
  } finally {
    await a.close();
    await b.close();
  }
}

/** The first so many rows. Their row groups need not be the same. */
async function compare({
  a,
  b,
  columns,
  rows,
}: {
  a: ParquetFile;
  b: ParquetFile;
  columns: readonly string[];
  rows: number;
}): Promise<void> {
  const [ours, theirs] = [new Groups(a, columns), new Groups(b, columns)];
  for (let row = 0; row < rows; ) {
    const [mine, other] = [await ours.at(row), await theirs.at(row)];
    const end = Math.min(rows, mine.start + mine.rows, other.start + other.rows);
    for (const name of columns) {
      const [left, right] = [mine.column(name), other.column(name)];
      for (let i = row; i < end; i++) {
        const [x, y] = [left[i - mine.start] ?? null, right[i - other.start] ?? null];
        if (x !== y) throw new Error(`${name} of row ${i} is ${show(x)}, that of the peer ${show(y)}`);
      }
    }
    row = end;
  }
}

const show = (value: unknown): string => JSON.stringify(value);

/** Row groups, one at a time, forwards. */
class Groups {
  readonly #groups: AsyncGenerator<RowGroup>;
  #now: RowGroup | undefined;

  constructor(file: ParquetFile, columns: readonly string[]) {
    this.#groups = file.groups(columns);
  }

  async at(row: number): Promise<RowGroup> {
    while (!this.#now || row >= this.#now.start + this.#now.rows) {
      const { value, done } = await this.#groups.next();
      if (done) throw new RangeError(`there is no row ${row}`);
      this.#now = value;
    }
    return this.#now;
  }
}
