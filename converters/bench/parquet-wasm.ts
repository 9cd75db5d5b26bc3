import { open } from 'node:fs/promises';
import { type RecordBatch, RecordBatchStreamWriter, type Schema } from 'apache-arrow';
import {
  Compression,
  EnabledStatistics,
  Table,
  transformParquetStream,
  type WriterProperties,
  WriterPropertiesBuilder,
} from 'parquet-wasm';
import { ConverterError } from '../errors.ts';
import { ROW_GROUP_ROWS } from '../write/encode/file.ts';

export interface WasmOptions {
  /** Local path; replaced where it exists. */
  readonly file: string;
  readonly schema: Schema;
  /** The one entry of `key_value_metadata` beside Arrow's own: several would be written in no fixed order. */
  readonly metadata: readonly [key: string, json: string];
  /** Columns whose values hardly repeat: no dictionary is tried. */
  readonly unique?: readonly string[];
}

/**
 * One Parquet file, written batch by batch: zstd, row groups of {@link ROW_GROUP_ROWS}, statistics per column chunk. The same
 * batches give the same bytes. What is held in memory is the row group in the making.
 *
 *     write(batch) ─► waits until the encoder asks ─► Arrow IPC ─► encoder ─► bytes to the file as row groups fill
 */
export class WasmFile {
  rows = 0;
  readonly #options: WasmOptions;
  readonly #done: Promise<number>;
  #controller: ReadableStreamDefaultController<unknown> | undefined;
  #wanted: Promise<void>;
  #want: () => void = () => {};
  #failure: Error | undefined;

  constructor(options: WasmOptions) {
    this.#options = options;
    this.#wanted = new Promise((resolve) => {
      this.#want = resolve;
    });
    const source = new ReadableStream<unknown>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#want(),
      },
      { highWaterMark: 0 },
    );
    this.#done = this.#run(source);
    this.#done.catch((error) => {
      this.#failure = new ConverterError('PARQUET_WRITE', `${options.file} could not be written`, {
        cause: error,
      });
      this.#want();
    });
  }

  /** @throws `PARQUET_WRITE` */
  async write(batch: RecordBatch): Promise<void> {
    await this.#wanted;
    if (this.#failure) throw this.#failure;
    this.#wanted = new Promise((resolve) => {
      this.#want = resolve;
    });
    const writer = new RecordBatchStreamWriter();
    writer.write(batch);
    writer.finish();
    const table = Table.fromIPCStream(writer.toUint8Array(true));
    this.rows += batch.numRows;
    this.#controller?.enqueue(table.recordBatch(0));
    table.free();
  }

  /** Ends the file and returns its size in bytes. @throws `PARQUET_WRITE` */
  async close(): Promise<number> {
    await this.#wanted;
    if (!this.#failure) this.#controller?.close();
    try {
      return await this.#done;
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  /** Gives the file up after an error elsewhere. */
  async abort(): Promise<void> {
    this.#controller?.error(new Error('given up'));
    await this.#done.catch(() => {});
  }

  async #run(source: ReadableStream<unknown>): Promise<number> {
    const output = await transformParquetStream(source, properties(this.#options));
    const handle = await open(this.#options.file, 'w');
    let bytes = 0;
    try {
      for await (const chunk of output as unknown as AsyncIterable<Uint8Array>) {
        await handle.writeFile(chunk);
        bytes += chunk.length;
      }
    } finally {
      await handle.close();
    }
    return bytes;
  }
}

function properties({ metadata, unique = [] }: WasmOptions): WriterProperties {
  let builder = new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setMaxRowGroupSize(ROW_GROUP_ROWS)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setCreatedBy('ocsf-converter')
    .setKeyValueMetadata(new Map([metadata]));
  for (const column of unique) builder = builder.setColumnDictionaryEnabled(column, false);
  return builder.build();
}
