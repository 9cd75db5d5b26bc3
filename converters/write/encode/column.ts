import type { ColumnMetaData, Encoding, ParquetType } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { PbfWriter } from 'pbf';
import { StringPool } from '../../read/strings.ts';
import { Bounds } from './bounds.ts';
import { type ChunkIndex, type IndexedPage, indexOf } from './page-index.ts';
import { PAGE_LEVELS, Runs, writeRuns } from './runs.ts';

export type Physical = Extract<ParquetType, 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY'>;

/** A dictionary of more bytes is of no use any more: the pages that follow go without. */
const LARGEST_DICTIONARY = 1 << 18;
/** So many different whole numbers are worth one. */
const FEW = 4096;

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

/** What is written of a column at once. */
export interface Batch {
  /** Levels: as many as there are rows, and more where values repeat. */
  readonly count: number;
  /** One a level, or the same for all. */
  readonly definition: Uint8Array | number;
  /** Undefined where all are 0. */
  readonly repetition?: Uint8Array | undefined;
  /** Of those levels that are the greatest, in their order. */
  readonly values: Texts | Numbers;
}

/** Strings `ids[0 … count)` of those that lie end to end in `bytes`; one id: the same so many times. */
export interface Texts {
  readonly count: number;
  readonly ids: Int32Array | number;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}
/** Also booleans: 0 and 1. One number: the same so many times. */
export interface Numbers {
  readonly count: number;
  readonly numbers: Float64Array | number;
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

/** The page that is put together, of whichever column. */
const body = new PbfWriter(new Uint8Array(1 << 20));
/** Places in the dictionary of the column that is added to, by id of the batch, from 1; all 0 in between. */
let places = new Int32Array(0);
/** The ids that have one. */
let foundIds = new Int32Array(0);
/** Places of the batch that is added. */
let found = new Int32Array(0);

/**
 * One column of one file, row group by row group. What is held of a row group are its pages, compressed, and of the page in the making
 * its levels and its values.
 */
export class Column {
  readonly options: ColumnOptions;
  readonly #compress: Compress;
  readonly #texts = new StringPool({ withFixed: false });
  readonly #numbers = new Map<number, number>();
  readonly #pages: DataPage[] = [];
  readonly #encodings = new Set<Encoding>();
  readonly #definition = new Runs((length) => new Uint8Array(length));
  readonly #repetition = new Runs((length) => new Uint8Array(length));
  readonly #plain = new PbfWriter(new Uint8Array(64));
  /** Places in the dictionary; of booleans the values themselves. */
  readonly #indices = new Runs((length) => new Int32Array(length));
  #count = 0;
  #nulls = 0;
  /** Of the page in the making. */
  #rows = 0;
  #pageNulls = 0;
  readonly #seen: Bounds;
  #withDictionary: boolean;
  /** With the batch that is added. */
  #pageEnds = false;

  constructor(options: ColumnOptions, compress: Compress) {
    this.options = options;
    this.#compress = compress;
    this.#withDictionary = options.dictionary;
    this.#seen = new Bounds(options.type);
  }

  add({ count, definition, repetition, values }: Batch, rows: number): void {
    if ('ids' in values) this.#addTexts(values);
    else this.#addNumbers(values);
    this.#definition.add(definition, count);
    this.#repetition.add(repetition ?? 0, count);
    this.#count += count;
    this.#rows += rows;
    this.#pageNulls += count - values.count;
    if (this.#definition.count >= PAGE_LEVELS || this.#pageEnds) this.#endPage();
  }

  /** The levels that there are, and their values: all of them in one way. */
  #endPage(): void {
    const num_values = this.#definition.count;
    if (num_values === 0) return;
    const { options } = this;
    body.pos = 0;
    if (options.repetition > 0) writeLevels(this.#repetition, options.repetition);
    if (options.definition > 0) writeLevels(this.#definition, options.definition);
    const bits = options.type === 'BOOLEAN';
    const indexed = this.#indices.count > 0;
    const encoding: Encoding = indexed && !bits ? 'RLE_DICTIONARY' : 'PLAIN';
    if (bits) this.#writeBits();
    else if (indexed) this.#writeIndices();
    else append(body, this.#plain.buf, 0, this.#plain.pos);
    this.#plain.pos = 0;
    this.#indices.clear();
    this.#pageEnds = false;
    this.#definition.clear();
    this.#repetition.clear();
    this.#encodings.add(encoding);
    const levels = { definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } as const;
    const page = this.#page({ type: 'DATA_PAGE', data_page_header: { num_values, encoding, ...levels } });
    const [rows, nulls, bounds] = [this.#rows, this.#pageNulls, this.#seen.take()];
    this.#pages.push({ ...page, rows, nulls, bounds });
    this.#nulls += nulls;
    this.#rows = this.#pageNulls = 0;
  }

  /** The chunk of the row group that ends, in pieces, to lie at `offset`, and what footer and page index say of it. */
  finish(offset: number): { pages: Uint8Array[]; metadata: ColumnMetaData; index: ChunkIndex } {
    this.#endPage();
    const pages: Page[] = [...this.#pages];
    const dictionary = this.#encodings.has('RLE_DICTIONARY') ? this.#dictionaryPage() : undefined;
    if (dictionary) {
      pages.unshift(dictionary);
      this.#encodings.add('PLAIN');
    }
    const data_page_offset = offset + (dictionary?.size ?? 0);
    const sum = (of: (page: Page) => number) => BigInt(pages.reduce((total, page) => total + of(page), 0));
    const metadata: ColumnMetaData = {
      type: this.options.type,
      encodings: [...this.#encodings.add('RLE')].sort(),
      path_in_schema: [...this.options.path],
      codec: 'ZSTD',
      num_values: BigInt(this.#count),
      total_uncompressed_size: sum(({ unpacked }) => unpacked),
      total_compressed_size: sum(({ size }) => size),
      data_page_offset: BigInt(data_page_offset),
      ...(dictionary && { dictionary_page_offset: BigInt(offset) }),
      statistics: { null_count: BigInt(this.#nulls), ...this.#seen.of(this.#pages) },
    };
    const index = indexOf({
      ...{ pages: this.#pages, offset: data_page_offset, type: this.options.type, seen: this.#seen },
    });
    this.#pages.length = 0;
    this.#encodings.clear();
    this.#texts.clear();
    this.#numbers.clear();
    this.#count = this.#nulls = 0;
    this.#withDictionary = this.options.dictionary;
    return { pages: pages.flatMap(({ header, body }) => [header, body]), metadata, index };
  }

  #page(
    header: Omit<Parameters<typeof writePageHeader>[1], 'uncompressed_page_size' | 'compressed_page_size'>,
  ): Page {
    const plain = body.buf.subarray(0, body.pos);
    const packed = this.#compress(plain);
    const writer = new ByteWriter(64);
    writePageHeader(writer, {
      ...header,
      ...{ uncompressed_page_size: plain.length, compressed_page_size: packed.length },
    });
    const said = writer.getBytes();
    const [size, unpacked] = [said.length + packed.length, said.length + plain.length];
    return { header: said, body: packed, size, unpacked };
  }

  #addTexts(texts: Texts): void {
    if (!this.#withDictionary) {
      this.#addPlainTexts(texts);
      return;
    }
    const { count, ids } = texts;
    this.#indices.add(
      typeof ids === 'number' ? this.#placeOf(ids, texts) : this.#placesOf(ids, texts),
      count,
    );
    if (this.#texts.bytes.length > LARGEST_DICTIONARY) this.#leaveDictionary();
  }

  /** Each different string of the batch is looked up once. */
  #placesOf(ids: Int32Array, texts: Texts): Int32Array {
    const { count, offsets } = texts;
    if (places.length < offsets.length)
      [places, foundIds] = [new Int32Array(2 * offsets.length), new Int32Array(2 * offsets.length)];
    if (found.length < count) found = new Int32Array(2 * count);
    let last = -1;
    let place = -1;
    let different = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      if (id !== last) {
        last = id;
        place = (places[id] as number) - 1;
        if (place < 0) {
          place = this.#placeOf(id, texts);
          places[id] = place + 1;
          foundIds[different++] = id;
        }
      }
      found[i] = place;
    }
    for (let i = 0; i < different; i++) places[foundIds[i] as number] = 0;
    return found;
  }

  #placeOf(id: number, { bytes, offsets }: Texts): number {
    return this.#texts.ofBytes(bytes, offsets[id] as number, offsets[id + 1] as number);
  }

  #addPlainTexts(texts: Texts): void {
    const { count, ids, bytes, offsets } = texts;
    const into = this.#plain;
    reserve(into, sizeOf(texts));
    for (let i = 0; i < count; i++) {
      const id = typeof ids === 'number' ? ids : (ids[i] as number);
      writeText(into, bytes, offsets[id] as number, offsets[id + 1] as number);
    }
    this.#seen.texts(texts);
  }

  #addNumbers({ count, numbers }: Numbers): void {
    const { type } = this.options;
    if (count === 0) return;
    this.#seen.numbers(numbers, count);
    if (type === 'BOOLEAN') this.#indices.add(numbers, count);
    else if (this.#withDictionary && type !== 'DOUBLE') this.#indexNumbers(numbers, count);
    else
      for (let i = 0; i < count; i++)
        this.#writeNumber(this.#plain, typeof numbers === 'number' ? numbers : (numbers[i] as number));
  }

  #indexNumbers(numbers: Float64Array | number, count: number): void {
    this.#indices.add(
      typeof numbers === 'number' ? this.#placeOfNumber(numbers) : this.#placesOfNumbers(numbers, count),
      count,
    );
    if (this.#numbers.size > FEW) this.#leaveDictionary();
  }

  #placesOfNumbers(numbers: Float64Array, count: number): Int32Array {
    if (found.length < count) found = new Int32Array(2 * count);
    let last = Number.NaN;
    let place = 0;
    for (let i = 0; i < count; i++) {
      const value = numbers[i] as number;
      if (value !== last) {
        place = this.#placeOfNumber(value);
        last = value;
      }
      found[i] = place;
    }
    return found;
  }

  #placeOfNumber(value: number): number {
    let place = this.#numbers.get(value);
    if (place === undefined) {
      place = this.#numbers.size;
      this.#numbers.set(value, place);
    }
    return place;
  }

  /** What is indexed stays so, in a page that ends before what comes without. */
  #leaveDictionary(): void {
    this.#withDictionary = false;
    this.#pageEnds = true;
  }

  #writeIndices(): void {
    const indices = this.#indices;
    if (this.#texts.size > 0) this.#seen.indexed(indices.all ?? Int32Array.of(indices.same), this.#texts);
    const width = bitWidth(Math.max(this.#texts.size, this.#numbers.size) - 1);
    const writer = new ByteWriter(64 + indices.count);
    writer.appendUint8(width);
    writeRuns(writer, indices, width);
    append(body, writer.getBytes());
  }

  #writeBits(): void {
    const { count, all, same } = this.#indices;
    const bits = new Uint8Array((count + 7) >> 3);
    for (let i = 0; i < count; i++)
      bits[i >> 3] = (bits[i >> 3] as number) | ((all ? (all[i] as number) : same) << (i & 7));
    append(body, bits);
  }

  #dictionaryPage(): Page {
    const { bytes, offsets, size } = this.#texts;
    body.pos = 0;
    for (let id = 0; id < size; id++)
      writeText(body, bytes, offsets[id] as number, offsets[id + 1] as number);
    for (const value of this.#numbers.keys()) this.#writeNumber(body, value);
    const num_values = size + this.#numbers.size;
    return this.#page({
      ...{ type: 'DICTIONARY_PAGE', dictionary_page_header: { num_values, encoding: 'PLAIN' } },
    });
  }

  #writeNumber(into: PbfWriter, value: number): void {
    const { type } = this.options;
    if (type === 'INT32') into.writeSFixed32(value);
    else if (type === 'INT64') into.writeSFixed64(value);
    else into.writeDouble(value);
  }
}

/** Behind their length in four bytes, as a data page of version 1 has them. */
function writeLevels(levels: Runs<Uint8Array>, greatest: number): void {
  const writer = new ByteWriter(64);
  writeRuns(writer, levels, bitWidth(greatest));
  body.writeFixed32(writer.index);
  append(body, writer.getBytes());
}

const bitWidth = (largest: number): number => 32 - Math.clz32(largest);

/** Bytes of texts, each behind its length in four. */
function sizeOf({ count, ids, offsets }: Texts): number {
  const one = (id: number): number => 4 + (offsets[id + 1] as number) - (offsets[id] as number);
  if (typeof ids === 'number') return count * one(ids);
  let size = 0;
  for (let i = 0; i < count; i++) size += one(ids[i] as number);
  return size;
}

/** Rounds up what a page takes: the next ones are as long, more or less. */
const ROOM = 1 << 16;

/** Makes room for so many bytes and hardly more: every column keeps its own, and doubled it would be half empty. */
function reserve(into: PbfWriter, count: number): void {
  const needed = into.pos + count;
  if (needed <= into.length) return;
  const larger = new Uint8Array(Math.ceil(needed / ROOM) * ROOM);
  larger.set(into.buf.subarray(0, into.pos));
  into.buf = larger;
  into.dataView = new DataView(larger.buffer);
  into.length = larger.length;
}

/** Behind its length in four bytes. */
function writeText(into: PbfWriter, bytes: Uint8Array, from: number, to: number): void {
  const length = to - from;
  into.realloc(4 + length);
  const { buf } = into;
  let at = into.pos;
  buf[at++] = length;
  buf[at++] = length >>> 8;
  buf[at++] = length >>> 16;
  buf[at++] = length >>> 24;
  if (length > LONG) buf.set(bytes.subarray(from, to), at);
  else for (let i = from; i < to; i++) buf[at++] = bytes[i] as number;
  into.pos += 4 + length;
}

/** From so many bytes on it is quicker to have them copied than to copy them. */
const LONG = 200;

function append(writer: PbfWriter, bytes: Uint8Array, from = 0, to = bytes.length): void {
  writer.realloc(to - from);
  const { buf } = writer;
  let at = writer.pos;
  if (to - from > LONG) buf.set(bytes.subarray(from, to), at);
  else for (let i = from; i < to; i++) buf[at++] = bytes[i] as number;
  writer.pos += to - from;
}
