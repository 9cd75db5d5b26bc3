import { deserialize, serialize } from 'node:v8';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';
import {
  type ChunkIndex,
  type IndexedChunk,
  placePageIndexes,
  type WrittenIndexes,
  writePageIndexes,
} from './page-index.ts';

/** Bytes that end the metadata: how long it is. */
const LENGTH = 4;
/** Lists of Thrift's compact protocol: the type of structs, and how many elements the first byte can tell. */
const [STRUCT, SHORT_LIST] = [12, 14];

/** What the footer says beside the row groups. */
interface About {
  readonly schema: SchemaElement[];
  readonly key_value_metadata: { key: string; value: string }[];
}

interface Group extends WrittenIndexes {
  readonly packed: Uint8Array;
}

/**
 * What comes behind the row groups of a file: page indexes and footer. Of a row group that is written its entries are kept packed: as
 * objects they take ten times as much, and there are some hundred of them for every 100,000 rows.
 */
export class Footer {
  readonly #about: About;
  readonly #groups: Group[] = [];

  constructor(about: About) {
    this.#about = about;
  }

  /** @param indexes one a column */
  add(group: RowGroup, indexes: readonly ChunkIndex[]): void {
    const written = writePageIndexes(group.columns as IndexedChunk[], indexes);
    this.#groups.push({ ...written, packed: deflateRawSync(serialize(group)) });
  }

  /** All of it, in pieces, to lie at `start` of a file of so many rows. */
  at(start: number, rows: number): Uint8Array[] {
    const about = { version: 2, num_rows: BigInt(rows), created_by: 'ocsf-converter', ...this.#about };
    const metadata = (row_groups: RowGroup[]): Uint8Array => {
      const writer = new ByteWriter(1 << 14);
      writeMetadata(writer, { ...about, row_groups } as FileMetaData);
      return writer.getBytes();
    };
    const none = metadata([]);
    const columns = this.#groups.map(({ column }) => column);
    const offsets = this.#groups.map(({ offset }) => offset);
    const entries: Uint8Array[] = [];
    let list = 0;
    let places = { column: start, offset: start + lengthOf(columns) };
    for (const { packed } of this.#groups) {
      const group = deserialize(inflateRawSync(packed)) as RowGroup;
      places = placePageIndexes(group.columns as IndexedChunk[], places);
      const one = metadata([group]);
      list = none.findIndex((byte, i) => byte !== one[i]); // the length of the list of row groups, 0 or 1
      entries.push(one.slice(list + 1, one.length - (none.length - list - 1)));
    }
    return [...columns, ...offsets, ...withEntries(none, list, entries)];
  }
}

/** Metadata without row groups, with these in its list at `list`: a struct says nothing of where it lies, and is the same among others. */
function withEntries(none: Uint8Array, list: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length === 0) return [none];
  const count = new ByteWriter(8);
  if (entries.length <= SHORT_LIST) count.appendUint8((entries.length << 4) | STRUCT);
  else {
    count.appendUint8(0xf0 | STRUCT);
    count.appendVarInt(entries.length);
  }
  const pieces = [none.slice(0, list), count.getBytes(), ...entries, none.slice(list + 1, -LENGTH)];
  const length = new ByteWriter(LENGTH);
  length.appendUint32(lengthOf(pieces));
  return [...pieces, length.getBytes()];
}

const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);
