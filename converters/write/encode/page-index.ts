import type { ColumnIndex, OffsetIndex, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeIndexes } from 'hyparquet-writer/src/indexes.js';
import { unconvertMinMax } from 'hyparquet-writer/src/unconvert.js';
import { type Bound, order, type Range, statistics } from './bounds.ts';
import type { Physical } from './column.ts';

/** What the index says of a data page. */
export interface IndexedPage {
  /** Bytes in the file, header and all. */
  readonly size: number;
  readonly rows: number;
  readonly nulls: number;
  /** Undefined where all is null. */
  readonly bounds: Range | undefined;
}

/** Of one column chunk: where its pages lie, and what bounds their values, so that readers leave out those that they do not need. */
export interface ChunkIndex {
  readonly offsetIndex: OffsetIndex;
  readonly columnIndex: ColumnIndex;
}

/** The page index of a chunk whose data pages begin at `offset` (https://parquet.apache.org/docs/file-format/pageindex/). */
export function indexOf({
  pages,
  offset,
  type,
}: {
  pages: readonly IndexedPage[];
  offset: number;
  type: Physical;
}): ChunkIndex {
  let at = offset;
  let row = 0;
  const page_locations = pages.map(({ size, rows }) => {
    const location = { offset: BigInt(at), compressed_page_size: size, first_row_index: BigInt(row) };
    at += size;
    row += rows;
    return location;
  });
  return { offsetIndex: { page_locations }, columnIndex: columnIndexOf(pages, type) };
}

const NO_VALUE = new Uint8Array(0);

/** Long texts are cut, the greatest to one that is greater. */
function columnIndexOf(pages: readonly IndexedPage[], type: Physical): ColumnIndex {
  const element = { type, ...(type === 'BYTE_ARRAY' && { converted_type: 'UTF8' }) } as SchemaElement;
  const bounds = pages.map((page) => page.bounds && statistics(page.bounds, type));
  const encoded = (bound: Bound | undefined, isMax: boolean): Uint8Array =>
    unconvertMinMax(bound as never, element, isMax) ?? NO_VALUE;
  return {
    null_pages: bounds.map((bound) => bound === undefined),
    min_values: bounds.map((bound) => encoded(bound?.min_value, false)),
    max_values: bounds.map((bound) => encoded(bound?.max_value, true)),
    boundary_order: boundaryOrder(pages),
    null_counts: pages.map(({ nulls }) => BigInt(nulls)),
  };
}

function boundaryOrder(pages: readonly IndexedPage[]): ColumnIndex['boundary_order'] {
  const ranges = pages.flatMap(({ bounds }) => (bounds ? [bounds] : []));
  const all = (holds: (difference: number) => boolean): boolean =>
    ranges.every((range, i) => {
      const before = ranges[i - 1];
      return !before || (holds(order(before.least, range.least)) && holds(order(before.most, range.most)));
    });
  if (all((difference) => difference <= 0)) return 'ASCENDING';
  return all((difference) => difference >= 0) ? 'DESCENDING' : 'UNORDERED';
}

/** Where a chunk's index lies; absent where it has none, since it has one page. */
export interface IndexedChunk {
  column_index_offset?: bigint;
  column_index_length?: number;
  offset_index_offset?: bigint;
  offset_index_length?: number;
}

/** Page indexes as the bytes that they will be. */
export interface WrittenIndexes {
  readonly column: Uint8Array;
  readonly offset: Uint8Array;
}

/** Those of the chunks of a row group, one each, which are told how long theirs are. */
export function writePageIndexes(
  chunks: readonly IndexedChunk[],
  indexes: readonly ChunkIndex[],
): WrittenIndexes {
  const writer = new ByteWriter(1 << 14);
  writeIndexes(
    writer,
    indexes.map((index, i) => ({ chunk: chunks[i] as never, ...index })),
  );
  const end = chunks.reduce((sum, { column_index_length: length = 0 }) => sum + length, 0);
  const bytes = writer.getBytes();
  return { column: bytes.slice(0, end), offset: bytes.slice(end) };
}

/** Tells the chunks of a row group where their indexes lie, from these places on; returns the places behind them. */
export function placePageIndexes(
  chunks: readonly IndexedChunk[],
  places: { readonly column: number; readonly offset: number },
): { column: number; offset: number } {
  let { column, offset } = places;
  for (const chunk of chunks) {
    if (chunk.column_index_length === undefined || chunk.offset_index_length === undefined) continue;
    chunk.column_index_offset = BigInt(column);
    chunk.offset_index_offset = BigInt(offset);
    column += chunk.column_index_length;
    offset += chunk.offset_index_length;
  }
  return { column, offset };
}
