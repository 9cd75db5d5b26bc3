import { OCSF_VERSION } from '../ocsf/common.ts';
import type { FlatType } from '../write/columns.ts';
import { type Field, ParquetFile } from '../write/encode/file.ts';
import { PHYSICAL } from '../write/flat.ts';
import { numbers, strings } from '../write/plain-columns.ts';

export interface LabelColumn {
  readonly name: string;
  readonly type: FlatType;
  readonly meaning: string;
}

export type LabelRow = Readonly<Record<string, string | number | null>>;

/** Rows in memory before a batch of them is written. */
const BATCH_ROWS = 16_384;

/** One Parquet file of labels, row by row, in the form of the dataset's own files: zstd, no type inferred, the same bytes for the same rows. */
export class LabelTable {
  rows = 0;
  readonly #columns: readonly LabelColumn[];
  readonly #file: Promise<ParquetFile>;
  #waiting: LabelRow[] = [];

  constructor({ file, columns, runId }: { file: string; columns: readonly LabelColumn[]; runId: string }) {
    this.#columns = columns;
    const metadata = { schema_version: 1, ocsf_version: OCSF_VERSION, form: 'labels', run_id: runId };
    const fields = columns.map(
      ({ name, type }): Field => ({ name, type: PHYSICAL[type], repetition: 'OPTIONAL' }),
    );
    this.#file = ParquetFile.create({
      ...{ file, fields },
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
    await this.#flush();
    await (await this.#file).close();
  }

  /** Gives the file up after an error elsewhere. */
  async abort(): Promise<void> {
    await (await this.#file).abort();
  }

  async #flush(): Promise<void> {
    const rows = this.#waiting;
    if (rows.length === 0) return;
    this.#waiting = [];
    const file = await this.#file;
    const batches = this.#columns.map(({ name, type }) => {
      const values = rows.map((row) => row[name] ?? null);
      return type === 'STRING'
        ? strings(values.map((value) => (value === null ? undefined : String(value))))
        : numbers(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))));
    });
    await file.write(batches, rows.length);
  }
}
