import type { ColumnMetaData, Encoding, ParquetType } from 'hyparquet';
import type { Batch, Keys } from './batch.ts';
import { statisticsOf } from './bounds.ts';
import { IdValues } from './id-values.ts';
import { BooleanValues, NumberValues } from './number-values.ts';
import { PageBytes } from './page-bytes.ts';
import { type PageEncoding, pageHeader } from './page-header.ts';
import { type ChunkIndex, type IndexedPage, indexOf } from './page-index.ts';
import { PAGE_LEVELS, Runs, writeRuns } from './runs.ts';
import { TextValues } from './text-values.ts';
import { bitWidth, type Values } from './values.ts';

export type Physical = Extract<ParquetType, 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY'>;

export interface ColumnOptions {
  /** Names from the root. */
  readonly path: readonly string[];
  readonly type: Physical;
  /** Greatest definition and repetition level. */
  readonly definition: number;
  readonly repetition: number;
  /** False: values hardly repeat, no dictionary is tried. */
  readonly dictionary: boolean;
}

export type Compress = (bytes: Uint8Array) => Uint8Array;

interface Page {
  /** As they are in the file, one behind the other. */
  readonly header: Uint8Array;
  readonly body: Uint8Array;
  /** Bytes of both. */
  readonly size: number;
  /** How many they would be if the body was not compressed. */
  readonly unpacked: number;
}
type DataPage = Page & IndexedPage;

/** The page that is put together, of whichever column, and levels of it. */
const body = new PageBytes();
const levelBytes = new PageBytes();
/** Keys that have a value, of the batch that is added. */
let there = new Int32Array(0);

/**
 * One column of one file, row group by row group. What is held of a row group are its pages, compressed, and of the page in the making
 * its levels and its values.
 */
export class Column {
  readonly options: ColumnOptions;
  readonly #compress: Compress;
  readonly #pages: DataPage[] = [];
  readonly #encodings = new Set<Encoding>();
  readonly #definition = new Runs((length) => new Uint8Array(length));
  readonly #repetition = new Runs((length) => new Uint8Array(length));
  /** From the first value on. */
  #values: Values | undefined;
  #count = 0;
  #nulls = 0;
  /** Of the page in the making. */
  #rows = 0;
  #pageNulls = 0;

  constructor(options: ColumnOptions, compress: Compress) {
    this.options = options;
    this.#compress = compress;
  }

  add(batch: Batch, rows: number): void {
    const { keys, repetition, values } = batch;
    const count = keys.of.length;
    const filled = this.#addLevels(batch);
    if (repetition) this.#repetition.room(count).set(repetition);
    else this.#repetition.fill(0, count);
    this.#count += count;
    this.#rows += rows;
    this.#pageNulls += count - filled.of.length;
    let goesOn = true;
    if (filled.of.length > 0) {
      this.#values ??= valuesOf(this.options, values);
      goesOn = this.#values.add(filled, values);
    }
    if (this.#definition.count >= PAGE_LEVELS || !goesOn) this.#endPage();
  }

  /** Definition levels of a batch; returns the keys that have a value. */
  #addLevels({ keys, present, floor }: Batch): Keys {
    const { of } = keys;
    const greatest = this.options.definition;
    if (present === true) {
      this.#definition.fill(greatest, of.length);
      return keys;
    }
    if (present === false && typeof floor === 'number') {
      this.#definition.fill(floor, of.length);
      return NO_KEYS;
    }
    const levels = this.#definition.room(of.length);
    if (typeof floor === 'number') levels.fill(floor);
    else for (let i = 0; i < of.length; i++) levels[i] = floor[of[i] as number] as number;
    return present === false ? NO_KEYS : raise({ keys, present, levels, greatest });
  }

  /** The levels that there are, and their values: all of them in one way. */
  #endPage(): void {
    const { count } = this.#definition;
    if (count === 0) return;
    const { options } = this;
    body.length = 0;
    if (options.repetition > 0) writeLevels(this.#repetition, options.repetition);
    if (options.definition > 0) writeLevels(this.#definition, options.definition);
    const encoding: PageEncoding = this.#values?.endPage(body) ?? 'PLAIN';
    this.#definition.clear();
    this.#repetition.clear();
    this.#encodings.add(encoding);
    const page = this.#page('data', count, encoding);
    const [rows, nulls, bounds] = [this.#rows, this.#pageNulls, this.#values?.takeBounds()];
    this.#pages.push({ ...page, rows, nulls, bounds });
    this.#nulls += nulls;
    this.#rows = this.#pageNulls = 0;
  }

  /** The chunk of the row group that ends, in pieces, to lie at `offset`, and what footer and page index say of it. */
  finish(offset: number): { pages: Uint8Array[]; metadata: ColumnMetaData; index: ChunkIndex } {
    this.#endPage();
    const pages: Page[] = [...this.#pages];
    const dictionary = this.#dictionaryPage();
    if (dictionary) {
      pages.unshift(dictionary);
      this.#encodings.add('PLAIN');
    }
    const data_page_offset = offset + (dictionary?.size ?? 0);
    const sum = (of: (page: Page) => number) => BigInt(pages.reduce((total, page) => total + of(page), 0));
    const { type } = this.options;
    const metadata: ColumnMetaData = {
      type,
      encodings: [...this.#encodings.add('RLE')].sort(),
      path_in_schema: [...this.options.path],
      codec: 'ZSTD',
      num_values: BigInt(this.#count),
      total_uncompressed_size: sum(({ unpacked }) => unpacked),
      total_compressed_size: sum(({ size }) => size),
      data_page_offset: BigInt(data_page_offset),
      ...(dictionary && { dictionary_page_offset: BigInt(offset) }),
      statistics: { null_count: BigInt(this.#nulls), ...statisticsOf(this.#pages, type) },
    };
    const index = indexOf({ pages: this.#pages, offset: data_page_offset, type });
    this.#pages.length = 0;
    this.#encodings.clear();
    this.#count = this.#nulls = 0;
    return { pages: pages.flatMap(({ header, body }) => [header, body]), metadata, index };
  }

  /** Undefined where no page has used it. */
  #dictionaryPage(): Page | undefined {
    body.length = 0;
    const count = this.#values?.endDictionary(body) ?? 0;
    return count > 0 ? this.#page('dictionary', count, 'PLAIN') : undefined;
  }

  /** Of the body that was put together. */
  #page(kind: 'data' | 'dictionary', values: number, encoding: PageEncoding): Page {
    const plain = body.bytes;
    const packed = this.#compress(plain);
    const header = pageHeader({ kind, unpacked: plain.length, packed: packed.length, values, encoding });
    const [size, unpacked] = [header.length + packed.length, header.length + plain.length];
    return { header, body: packed, size, unpacked };
  }
}

/** Raises the levels of keys that have a value, and returns these. */
function raise({
  keys: { of, used },
  present,
  levels,
  greatest,
}: {
  keys: Keys;
  present: Uint8Array;
  levels: Uint8Array;
  greatest: number;
}): Keys {
  if (there.length < of.length) there = new Int32Array(2 * of.length);
  const into = there;
  let count = 0;
  for (let i = 0; i < of.length; i++) {
    const key = of[i] as number;
    const has = present[key] as number;
    const level = levels[i] as number;
    // Without a branch, which nothing could foretell.
    levels[i] = level ^ ((level ^ greatest) & -has);
    into[count] = key;
    count += has;
  }
  return { of: into.subarray(0, count), used: used?.filter((key) => present[key] === 1) };
}

const NO_KEYS: Keys = { of: new Int32Array(0) };

function valuesOf({ type, dictionary }: ColumnOptions, values: Batch['values']): Values {
  if ('hex' in values) return new IdValues(values.width, dictionary);
  if (!('numbers' in values)) return new TextValues(dictionary);
  if (type === 'BYTE_ARRAY') throw new TypeError('a column of texts has no numbers');
  return type === 'BOOLEAN' ? new BooleanValues() : new NumberValues(type, dictionary);
}

/** Behind their length in four bytes, as a data page of version 1 has them. */
function writeLevels(levels: Runs<Uint8Array>, greatest: number): void {
  levelBytes.length = 0;
  writeRuns(levelBytes, levels, bitWidth(greatest));
  const { bytes } = levelBytes;
  body.int(bytes.length);
  body.append(bytes);
}
