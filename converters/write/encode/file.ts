import { type FileHandle, open } from 'node:fs/promises';
import type { RowGroup, SchemaElement } from 'hyparquet';
import { ConverterError } from '../../errors.ts';
import { loadZstd } from '../../zstd.ts';
import type { Batch } from './batch.ts';
import { Column, type ColumnOptions, type Compress, type Physical } from './column.ts';
import { Footer } from './footer.ts';
import type { ChunkIndex } from './page-index.ts';

/** A field of the schema: a leaf has a type, a group has children. */
export interface Field {
  readonly name: string;
  readonly repetition: 'REQUIRED' | 'OPTIONAL' | 'REPEATED';
  readonly type?: Physical;
  /** Of a group: a list, whose one child is a repeated group. */
  readonly list?: boolean;
  readonly children?: readonly Field[];
  /** Of a leaf; false where its values hardly repeat. */
  readonly dictionary?: boolean;
}

/** A row group ends with the batch that fills it. */
export const ROW_GROUP_ROWS = 100_000;

export interface ParquetOptions {
  /** Local path; replaced where it exists. */
  readonly file: string;
  readonly fields: readonly Field[];
  /** The one entry of `key_value_metadata`. */
  readonly metadata: readonly [key: string, json: string];
}

const MAGIC = new Uint8Array([0x50, 0x41, 0x52, 0x31]);

/**
 * A Parquet file, written batch by batch (https://parquet.apache.org/docs/file-format/): a page a column and batch, dictionaries
 * where values repeat, zstd, statistics a column chunk and page. The same batches give the same bytes. It writes what OCSF needs and no
 * more: groups, strings, whole numbers, doubles, booleans, lists. Footer and page index are those of hyparquet-writer.
 *
 *     add(batch of each column) ─► pages in memory ─► when the row group is full: its chunks to the file ─► page index, footer
 */
export class ParquetFile {
  rows = 0;
  readonly #columns: readonly Column[];
  readonly #file: string;
  readonly #footer: Footer;
  #handle: FileHandle | undefined;
  #offset = 0;
  #inGroup = 0;

  private constructor({ file, fields, metadata }: ParquetOptions, compress: Compress) {
    this.#file = file;
    const [key, value] = metadata;
    this.#footer = new Footer({ schema: elements(fields), key_value_metadata: [{ key, value }] });
    this.#columns = leaves(fields).map((options) => new Column(options, compress));
  }

  static async create(options: ParquetOptions): Promise<ParquetFile> {
    const { compress } = await loadZstd();
    return new ParquetFile(options, compress);
  }

  /** @param batches one a leaf, in the order of the fields, all of the same rows @throws `PARQUET_WRITE` */
  async write(batches: readonly Batch[], rows: number): Promise<void> {
    this.#columns.forEach((column, i) => {
      column.add(batches[i] as Batch, rows);
    });
    this.rows += rows;
    this.#inGroup += rows;
    if (this.#inGroup >= ROW_GROUP_ROWS) await this.#endGroup();
  }

  /** Ends the file and returns its size in bytes. @throws `PARQUET_WRITE` */
  async close(): Promise<number> {
    if (this.#inGroup > 0) await this.#endGroup();
    const start = this.#offset || MAGIC.length;
    await this.#write([...this.#footer.at(start, this.rows), MAGIC]);
    await this.#handle?.close();
    return this.#offset;
  }

  /** Gives the file up. */
  async abort(): Promise<void> {
    await this.#handle?.close();
  }

  async #endGroup(): Promise<void> {
    const start = this.#offset || MAGIC.length;
    const chunks: RowGroup['columns'] = [];
    const indexes: ChunkIndex[] = [];
    let [offset, unpacked] = [start, 0n];
    for (const column of this.#columns) {
      const { pages, metadata, index } = column.finish(offset);
      await this.#write(pages);
      chunks.push({ file_offset: BigInt(offset), meta_data: metadata });
      indexes.push(index);
      offset += Number(metadata.total_compressed_size);
      unpacked += metadata.total_uncompressed_size;
    }
    const group = {
      columns: chunks,
      total_byte_size: unpacked,
      num_rows: BigInt(this.#inGroup),
      file_offset: BigInt(start),
      total_compressed_size: BigInt(offset - start),
    };
    this.#footer.add(group as RowGroup, indexes);
    this.#inGroup = 0;
  }

  async #write(pieces: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(this.#offset === 0 ? [MAGIC, ...pieces] : pieces);
    try {
      this.#handle ??= await open(this.#file, 'w');
      await this.#handle.writeFile(bytes);
    } catch (error) {
      throw new ConverterError('PARQUET_WRITE', `${this.#file} could not be written`, { cause: error });
    }
    this.#offset += bytes.length;
  }
}

/** Leaves in order, with their greatest levels. */
function leaves(
  fields: readonly Field[],
  at: { readonly path: readonly string[]; readonly definition: number; readonly repetition: number } = {
    ...{ path: [], definition: 0, repetition: 0 },
  },
): ColumnOptions[] {
  return fields.flatMap(({ name, repetition, children, type = 'BYTE_ARRAY', dictionary = true }) => {
    const below = {
      path: [...at.path, name],
      definition: at.definition + (repetition === 'REQUIRED' ? 0 : 1),
      repetition: at.repetition + (repetition === 'REPEATED' ? 1 : 0),
    };
    return children ? leaves(children, below) : [{ ...below, type, dictionary }];
  });
}

/** The schema as a list, depth first, the root before all. */
function elements(fields: readonly Field[]): SchemaElement[] {
  const below = ({ name, repetition, type, list, children }: Field): SchemaElement[] => [
    {
      ...{ name, repetition_type: repetition },
      ...(type && { type }),
      ...(children && { num_children: children.length }),
      ...(list && { converted_type: 'LIST', logical_type: { type: 'LIST' } }),
      ...(type === 'BYTE_ARRAY' && { converted_type: 'UTF8', logical_type: { type: 'STRING' } }),
    } as SchemaElement,
    ...(children ?? []).flatMap(below),
  ];
  return [{ name: 'schema', num_children: fields.length } as SchemaElement, ...fields.flatMap(below)];
}
