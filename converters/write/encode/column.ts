import type { ColumnMetaData, Encoding, ParquetType } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js';
import { PbfWriter } from 'pbf';
import { StringPool } from '../../read/strings.ts';
import { Bounds } from './bounds.ts';
import { type ChunkIndex, type IndexedPage, indexOf } from './page-index.ts';

export type Physical = Extract<ParquetType, 'BOOLEAN' | 'INT32' | 'INT64' | 'DOUBLE' | 'BYTE_ARRAY'>;

/** A dictionary of more bytes is of no use any more: the pages that follow go without. */
const LARGEST_DICTIONARY = 1 << 20;
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

/** Strings `ids[0 … count)` of those that lie end to end in `bytes`. */
export interface Texts {
  readonly count: number;
  readonly ids: Int32Array;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}
/** Also booleans: 0 and 1. */
export interface Numbers {
  readonly count: number;
  readonly numbers: Float64Array;
}

export type Compress = (bytes: Uint8Array) => Uint8Array;

interface Page {
  /** Header and body, as they are in the file. */
  readonly bytes: Uint8Array;
  /** How many they would be if the body was not compressed. */
  readonly unpacked: number;
}
type DataPage = Page & IndexedPage;

/** Levels of a page: more are a new one. */
const PAGE_LEVELS = 16_384;

/** The page that is put together, of whichever column. */
const body = new PbfWriter(new Uint8Array(1 << 20));
/** Places in the dictionary of the column that is added to, by id of the batch, from 1; all 0 in between. */
let places = new Int32Array(0);

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
  readonly #definition = new Levels();
  readonly #repetition = new Levels();
  readonly #plain = new PbfWriter(new Uint8Array(64));
  /** Places in the dictionary; of booleans the values themselves. */
  #indices = new Int32Array(0);
  #indexed = 0;
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
    if (options.repetition > 0) this.#repetition.write(options.repetition);
    if (options.definition > 0) this.#definition.write(options.definition);
    const bits = options.type === 'BOOLEAN';
    const encoding: Encoding = this.#indexed > 0 && !bits ? 'RLE_DICTIONARY' : 'PLAIN';
    if (bits) this.#writeBits();
    else if (this.#indexed > 0) this.#writeIndices();
    else append(body, this.#plain.buf, 0, this.#plain.pos);
    this.#plain.pos = this.#indexed = 0;
    this.#pageEnds = false;
    this.#definition.clear();
    this.#repetition.clear();
    this.#encodings.add(encoding);
    const levels = { definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } as const;
    const page = this.#page({ type: 'DATA_PAGE', data_page_header: { num_values, encoding, ...levels } });
    const [rows, nulls, bounds] = [this.#rows, this.#pageNulls, this.#seen.take()];
    this.#pages.push({ ...page, size: page.bytes.length, rows, nulls, bounds });
    this.#nulls += nulls;
    this.#rows = this.#pageNulls = 0;
  }

  /** The chunk of the row group that ends, to lie at `offset`, and what footer and page index say of it. */
  finish(offset: number): { pages: Uint8Array[]; metadata: ColumnMetaData; index: ChunkIndex } {
    this.#endPage();
    const pages: Page[] = [...this.#pages];
    const dictionary = this.#encodings.has('RLE_DICTIONARY') ? this.#dictionaryPage() : undefined;
    if (dictionary) {
      pages.unshift(dictionary);
      this.#encodings.add('PLAIN');
    }
    const data_page_offset = offset + (dictionary?.bytes.length ?? 0);
    const sum = (of: (page: Page) => number) => BigInt(pages.reduce((total, page) => total + of(page), 0));
    const metadata: ColumnMetaData = {
      type: this.options.type,
      encodings: [...this.#encodings.add('RLE')].sort(),
      path_in_schema: [...this.options.path],
      codec: 'ZSTD',
      num_values: BigInt(this.#count),
      total_uncompressed_size: sum(({ unpacked }) => unpacked),
      total_compressed_size: sum(({ bytes }) => bytes.length),
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
    return { pages: pages.map(({ bytes }) => bytes), metadata, index };
  }

  #page(
    header: Omit<Parameters<typeof writePageHeader>[1], 'uncompressed_page_size' | 'compressed_page_size'>,
  ): Page {
    const plain = body.buf.subarray(0, body.pos);
    const packed = this.#compress(plain);
    const writer = new ByteWriter(64 + packed.length);
    writePageHeader(writer, {
      ...header,
      ...{ uncompressed_page_size: plain.length, compressed_page_size: packed.length },
    });
    const unpacked = writer.index + plain.length;
    writer.appendBytes(packed);
    return { bytes: writer.getBytes(), unpacked };
  }

  #addTexts({ count, ids, bytes, offsets }: Texts): void {
    if (!this.#withDictionary) {
      for (let i = 0; i < count; i++) {
        const id = ids[i] as number;
        const [from, to] = [offsets[id] as number, offsets[id + 1] as number];
        this.#writeText(this.#plain, bytes, from, to);
        this.#seen.text(bytes, from, to);
      }
      return;
    }
    // Each different string of the batch is looked up once.
    if (places.length < offsets.length) places = new Int32Array(2 * offsets.length);
    const indices = this.#room(count);
    const from = this.#indexed;
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      if (places[id] === 0)
        places[id] = 1 + this.#texts.ofBytes(bytes, offsets[id] as number, offsets[id + 1] as number);
      indices[from + i] = (places[id] as number) - 1;
    }
    this.#indexed += count;
    for (let i = 0; i < count; i++) places[ids[i] as number] = 0;
    if (this.#texts.bytes.length > LARGEST_DICTIONARY) this.#leaveDictionary();
  }

  #addNumbers({ count, numbers }: Numbers): void {
    const { type } = this.options;
    this.#seen.numbers(numbers, count);
    if (type === 'BOOLEAN') {
      const bits = this.#room(count);
      for (let i = 0; i < count; i++) bits[this.#indexed++] = numbers[i] as number;
    } else if (this.#withDictionary && type !== 'DOUBLE') this.#indexNumbers(numbers, count);
    else for (let i = 0; i < count; i++) this.#writeNumber(this.#plain, numbers[i] as number);
  }

  #indexNumbers(numbers: Float64Array, count: number): void {
    const indices = this.#room(count);
    const from = this.#indexed;
    let last = Number.NaN;
    let place = 0;
    for (let i = 0; i < count; i++) {
      const value = numbers[i] as number;
      if (value !== last) {
        place = this.#numbers.get(value) ?? this.#numbers.size;
        if (place === this.#numbers.size) this.#numbers.set(value, place);
        last = value;
      }
      indices[from + i] = place;
    }
    this.#indexed += count;
    if (this.#numbers.size > FEW) this.#leaveDictionary();
  }

  /** What is indexed stays so, in a page that ends before what comes without. */
  #leaveDictionary(): void {
    this.#withDictionary = false;
    this.#pageEnds = true;
  }

  #writeIndices(): void {
    const indices = this.#indices.subarray(0, this.#indexed);
    if (this.#texts.size > 0) this.#seen.indexed(indices, this.#texts);
    const width = bitWidth(Math.max(this.#texts.size, this.#numbers.size) - 1);
    const writer = new ByteWriter(1 + this.#indexed);
    writer.appendUint8(width);
    writeRleBitPackedHybrid(writer, indices, width);
    append(body, writer.getBytes());
  }

  #writeBits(): void {
    const bits = new Uint8Array((this.#indexed + 7) >> 3);
    for (let i = 0; i < this.#indexed; i++)
      bits[i >> 3] = (bits[i >> 3] as number) | ((this.#indices[i] as number) << (i & 7));
    append(body, bits);
  }

  #dictionaryPage(): Page {
    const { bytes, offsets, size } = this.#texts;
    body.pos = 0;
    for (let id = 0; id < size; id++)
      this.#writeText(body, bytes, offsets[id] as number, offsets[id + 1] as number);
    for (const value of this.#numbers.keys()) this.#writeNumber(body, value);
    const num_values = size + this.#numbers.size;
    return this.#page({
      ...{ type: 'DICTIONARY_PAGE', dictionary_page_header: { num_values, encoding: 'PLAIN' } },
    });
  }

  #writeText(into: PbfWriter, bytes: Uint8Array, from: number, to: number): void {
    into.writeFixed32(to - from);
    append(into, bytes, from, to);
  }

  #writeNumber(into: PbfWriter, value: number): void {
    const { type } = this.options;
    if (type === 'INT32') into.writeSFixed32(value);
    else if (type === 'INT64') into.writeSFixed64(value);
    else into.writeDouble(value);
  }

  #room(count: number): Int32Array {
    if (this.#indices.length < this.#indexed + count) {
      const larger = new Int32Array(2 * (this.#indexed + count));
      larger.set(this.#indices.subarray(0, this.#indexed));
      this.#indices = larger;
    }
    return this.#indices;
  }
}

/** Levels of a page in the making: kept as one number as long as all are the same. */
class Levels {
  count = 0;
  #same = 0;
  #all: Uint8Array | undefined;
  #room = new Uint8Array(0);

  clear(): void {
    this.count = 0;
    this.#all = undefined;
  }

  add(levels: Uint8Array | number, count: number): void {
    const from = this.count;
    this.count += count;
    if (typeof levels === 'number' && this.#all === undefined && (from === 0 || levels === this.#same)) {
      this.#same = levels;
      return;
    }
    if (this.#room.length < this.count) {
      const larger = new Uint8Array(Math.max(2 * this.count, PAGE_LEVELS));
      larger.set(this.#room);
      this.#room = larger;
    }
    if (this.#all === undefined) this.#room.fill(this.#same, 0, from);
    this.#all = this.#room;
    if (typeof levels === 'number') this.#all.fill(levels, from, this.count);
    else this.#all.set(levels.subarray(0, count), from);
  }

  /** Behind their length in four bytes, as a data page of version 1 has them. */
  write(greatest: number): void {
    const writer = new ByteWriter(64);
    const width = bitWidth(greatest);
    if (this.#all) writeRleBitPackedHybrid(writer, this.#all.subarray(0, this.count) as never, width);
    else {
      writer.appendVarInt(this.count << 1);
      writer.appendUint8(this.#same);
    }
    body.writeFixed32(writer.index);
    append(body, writer.getBytes());
  }
}

const bitWidth = (largest: number): number => 32 - Math.clz32(largest);

function append(writer: PbfWriter, bytes: Uint8Array, from = 0, to = bytes.length): void {
  writer.realloc(to - from);
  const { buf } = writer;
  let at = writer.pos;
  if (to - from > 64) buf.set(bytes.subarray(from, to), at);
  else for (let i = from; i < to; i++) buf[at++] = bytes[i] as number;
  writer.pos += to - from;
}
