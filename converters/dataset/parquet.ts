import { type FileHandle, open } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetReadObjects,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** Values of a column in one row group, with integers as numbers (times and ids of this dataset stay below 2^53). */
export type Column = ArrayLike<unknown>;

/** Text of a cell; undefined for null and the empty text. */
export const textAt = (column: Column, i: number): string | undefined => {
  const value = column[i];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** One row group: the wanted columns that the file has. */
export interface RowGroup {
  readonly rows: number;
  /** Position of its first row in the file. */
  readonly start: number;
  /** @returns nulls where the file has no such column */
  column(name: string): Column;
}

/** A Parquet file opened by a reader that shares nothing with the writer. Memory holds one row group at a time. */
export interface ParquetFile {
  readonly rows: number;
  /** Top-level columns. */
  readonly columns: readonly string[];
  /** Each column and struct with its type, in order, as text. */
  readonly schema: readonly string[];
  groups(columns: readonly string[]): AsyncGenerator<RowGroup>;
  /** Rows as nested objects, batch by batch. */
  objects(): AsyncGenerator<Record<string, unknown>[]>;
  /** Every text of every column, nested ones too; `column` is the leaf's path. */
  texts(onTexts: (column: string, values: Column) => void): Promise<void>;
  close(): Promise<void>;
}

/** @throws whatever the reader says of a file that is no Parquet */
export async function openParquet(path: string): Promise<ParquetFile> {
  const handle = await open(path, 'r');
  try {
    const file = await bufferOf(handle);
    const metadata = await parquetMetadataAsync(file);
    return parquetFile({ handle, file, metadata });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      while (filled < bytes.length) {
        const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
        if (bytesRead === 0) throw new Error(`the file ends at byte ${start + filled}`);
        filled += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

interface Opened {
  readonly handle: FileHandle;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
}

function parquetFile({ handle, file, metadata }: Opened): ParquetFile {
  const columns = topLevelColumns(metadata);
  return {
    rows: Number(metadata.num_rows),
    columns,
    schema: metadata.schema.slice(1).map(typed),
    close: () => handle.close(),
    async *groups(wanted) {
      const present = wanted.filter((name) => columns.includes(name));
      for (const { start, rows } of groupSpans(metadata)) {
        const read = new Map(present.map((name) => [name, new Array<unknown>(rows).fill(null)]));
        await parquetRead({
          ...{ file, metadata, compressors, columns: present, rowStart: start, rowEnd: start + rows },
          onChunk({ columnName, columnData, rowStart }) {
            const into = read.get(columnName) ?? [];
            for (let i = 0; i < columnData.length; i++) into[rowStart - start + i] = plain(columnData[i]);
          },
        });
        const nulls = new Array<unknown>(rows).fill(null);
        yield { rows, start, column: (name) => read.get(name) ?? nulls };
      }
    },
    async *objects() {
      for (const { start, rows } of groupSpans(metadata)) {
        for (let from = start; from < start + rows; from += 10_000) {
          const rowEnd = Math.min(from + 10_000, start + rows);
          yield await parquetReadObjects({ file, metadata, compressors, rowStart: from, rowEnd });
        }
      }
    },
    async texts(onTexts) {
      // Column by column: all columns of a row group at once are hundreds of megabytes of texts.
      const texts = columns.filter((name) => hasText(metadata, name));
      const spans = [...groupSpans(metadata)].flatMap((span) => texts.map((name) => ({ ...span, name })));
      for (const { start, rows, name } of spans) {
        await parquetRead({
          ...{ file, metadata, compressors, columns: [name], rowStart: start, rowEnd: start + rows },
          onPage: ({ pathInSchema, columnData }) => onTexts(pathInSchema.join('.'), columnData),
        });
      }
    },
  };
}

function* groupSpans(metadata: FileMetaData): Generator<{ start: number; rows: number }> {
  let start = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    yield { start, rows };
    start += rows;
  }
}

/** Is any leaf of a top-level column stored as bytes? Numbers have no text. */
const hasText = ({ row_groups }: FileMetaData, column: string): boolean =>
  row_groups.some(({ columns }) =>
    columns.some(
      ({ meta_data: leaf }) => leaf?.path_in_schema[0] === column && leaf.type.endsWith('BYTE_ARRAY'),
    ),
  );

const typed = ({ name, type, converted_type, logical_type, repetition_type }: SchemaElement): string =>
  [name, type, converted_type, logical_type?.type, repetition_type].filter(Boolean).join(' ');

function topLevelColumns({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  let index = 1;
  const skip = (): void => {
    const children = schema[index++]?.num_children ?? 0;
    for (let i = 0; i < children; i++) skip();
  };
  while (index < schema.length) {
    names.push(schema[index]?.name ?? '');
    skip();
  }
  return names;
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Date ? value.getTime() : value;
}
