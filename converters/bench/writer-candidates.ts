import parquetjs from '@dsnp/parquetjs';
import {
  type Data,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { parquetWriteFile } from 'hyparquet-writer';
import { FLAT_COLUMNS } from '../write/columns.ts';
import { ParquetFile, ROW_GROUP_ROWS } from '../write/encode/file.ts';
import { FLAT_FIELDS } from '../write/flat.ts';
import { numbers, strings } from '../write/plain-columns.ts';
import { WasmFile } from './parquet-wasm.ts';

type Columns = ReadonlyMap<string, readonly unknown[]>;
type Write = (to: { columns: Columns; file: string }) => Promise<void>;

const BATCH = 8_192;
const rowsOf = (columns: Columns): number => columns.values().next().value?.length ?? 0;

/** The line of parquetjs-lite; it writes no zstd. */
const parquetJs: Write = async ({ columns, file }) => {
  const types = { INT32: 'INT32', INT64: 'INT64', DOUBLE: 'DOUBLE', STRING: 'UTF8' } as const;
  const fields = FLAT_COLUMNS.map(
    ({ name, type }) => [name, { type: types[type], optional: true, compression: 'SNAPPY' }] as const,
  );
  const writer = await parquetjs.ParquetWriter.openFile(
    new parquetjs.ParquetSchema(Object.fromEntries(fields)),
    file,
  );
  writer.setRowGroupSize(ROW_GROUP_ROWS);
  for (let row = 0; row < rowsOf(columns); row++) {
    const values: Record<string, unknown> = {};
    for (const [name, column] of columns) if (column[row] !== null) values[name] = column[row];
    await writer.appendRow(values);
  }
  await writer.close();
};

/** Pure JavaScript; zstd only with a compressor that one brings. */
const hyparquetWriter: Write = async ({ columns, file }) => {
  await parquetWriteFile({
    filename: file,
    rowGroupSize: ROW_GROUP_ROWS,
    columnData: FLAT_COLUMNS.map(({ name, type }) => ({
      name,
      type,
      nullable: true,
      data: (columns.get(name) ?? []).map((value) =>
        type === 'INT64' && value !== null ? BigInt(value as number) : value,
      ),
    })),
  });
};

const ARROW = {
  ...{
    INT32: () => new Int32(),
    INT64: () => new Int64(),
    DOUBLE: () => new Float64(),
    STRING: () => new Utf8(),
  },
};
const FLAT_SCHEMA = new Schema(
  FLAT_COLUMNS.map(({ name, type, required }) => new Field(name, ARROW[type](), required !== true)),
);

/** Arrow in memory, the Rust writer compiled to WebAssembly. */
const parquetWasm: Write = async ({ columns, file }) => {
  const parquet = new WasmFile({
    file,
    schema: FLAT_SCHEMA,
    metadata: ['bench', '{}'],
    unique: ['event_uid', 'span_id'],
  });
  const rows = rowsOf(columns);
  for (let from = 0; from < rows; from += BATCH) {
    const length = Math.min(BATCH, rows - from);
    const children = FLAT_SCHEMA.fields.map(({ name, type }): Data => {
      const values = (columns.get(name) ?? []).slice(from, from + length);
      const wide = String(type) === 'Int64';
      const vector: Vector = vectorFromArray(
        values.map((value) => (wide && value !== null ? BigInt(value as number) : value)),
        type,
      );
      return vector.data[0] as Data;
    });
    await parquet.write(
      new RecordBatch(
        FLAT_SCHEMA,
        makeData({ type: new Struct(FLAT_SCHEMA.fields), length, nullCount: 0, children }),
      ),
    );
  }
  await parquet.close();
};

/** What the converter writes through. */
const ours: Write = async ({ columns, file }) => {
  const parquet = await ParquetFile.create({ file, fields: FLAT_FIELDS, metadata: ['bench', '{}'] });
  const rows = rowsOf(columns);
  for (let from = 0; from < rows; from += BATCH) {
    const length = Math.min(BATCH, rows - from);
    const batches = FLAT_COLUMNS.map(({ name, type }) => {
      const values = (columns.get(name) ?? []).slice(from, from + length);
      return type === 'STRING'
        ? strings(values.map((value) => (value === null ? undefined : String(value))))
        : numbers(Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))));
    });
    await parquet.write(batches, length);
  }
  await parquet.close();
};

export const WRITERS = {
  '@dsnp/parquetjs 1.8.8 (SNAPPY)': parquetJs,
  'hyparquet-writer 0.17.0 (SNAPPY)': hyparquetWriter,
  'parquet-wasm 0.8.0 + apache-arrow (ZSTD)': parquetWasm,
  'ours, with the footer of hyparquet-writer (ZSTD)': ours,
} satisfies Record<string, Write>;

export type WriterName = keyof typeof WRITERS;
