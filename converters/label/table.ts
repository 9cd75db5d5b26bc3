import { Field, makeData, RecordBatch, Schema, Struct, vectorFromArray } from 'apache-arrow';
import { OCSF_VERSION } from '../ocsf/common.ts';
import { ARROW } from '../write/flat.ts';
import { ParquetFile } from '../write/parquet.ts';

export interface LabelColumn {
  readonly name: string;
  readonly type: keyof typeof ARROW;
  readonly meaning: string;
}

export type LabelRow = Readonly<Record<string, string | number | null>>;

/** Rows in memory before a batch of them is written. */
const BATCH_ROWS = 16_384;

/** One Parquet file of labels, row by row, in the form of the dataset's own files: zstd, no type inferred, the same bytes for the same rows. */
export class LabelTable {
  rows = 0;
  readonly #columns: readonly LabelColumn[];
  readonly #schema: Schema;
  readonly #file: ParquetFile;
  #waiting: LabelRow[] = [];

  constructor({ file, columns, runId }: { file: string; columns: readonly LabelColumn[]; runId: string }) {
    this.#columns = columns;
    this.#schema = new Schema(columns.map(({ name, type }) => new Field(name, ARROW[type](), true)));
    const metadata = { schema_version: 1, ocsf_version: OCSF_VERSION, form: 'labels', run_id: runId };
    this.#file = new ParquetFile({
      ...{ file, schema: this.#schema },
      metadata: ['storefront.dataset', JSON.stringify(metadata)],
    });
  }

  /** @throws `PARQUET_WRITE` */
  async write(row: LabelRow): Promise<void> {
    this.#waiting.push(row);
    this.rows++;
    if (this.#waiting.length === BATCH_ROWS) await this.#flush();
  }

  /** @throws `PARQUET_WRITE` */
  async close(): Promise<void> {
    if (this.#waiting.length > 0 || this.rows === 0) await this.#flush();
    await this.#file.close();
  }

  /** Gives the file up after an error elsewhere. */
  abort(): Promise<void> {
    return this.#file.abort();
  }

  async #flush(): Promise<void> {
    const rows = this.#waiting;
    this.#waiting = [];
    const children = this.#columns.map(({ name, type }) => {
      const values = rows.map((row) => row[name] ?? null);
      const exact =
        type === 'INT64' ? values.map((value) => (value === null ? null : BigInt(value))) : values;
      const [data] = vectorFromArray(exact, ARROW[type]()).data;
      return data ?? makeData({ type: ARROW[type](), length: 0, nullCount: 0 } as never);
    });
    const type = new Struct(this.#schema.fields);
    const data = makeData({ type, length: rows.length, nullCount: 0, children });
    await this.#file.write(new RecordBatch(this.#schema, data));
  }
}
