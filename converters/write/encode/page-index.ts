import type { ColumnIndex, OffsetIndex, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writeIndexes } from 'hyparquet-writer/src/indexes.js';
import { unconvertMinMax } from 'hyparquet-writer/src/unconvert.js';
import { type Bound, type Bounds, order, type Range } from './bounds.ts';
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
  seen,
}: {
  pages: readonly IndexedPage[];
  offset: number;
  type: Physical;
  seen: Bounds;
}): ChunkIndex {
  let at = offset;
  let row = 0;
  const page_locations = pages.map(({ size, rows }) => {
    const location = { offset: BigInt(at), compressed_page_size: size, first_row_index: BigInt(row) };
    at += size;
    row += rows;
    return location;
  });
  return { offsetIndex: { page_locations }, columnIndex: columnIndexOf(pages, type, seen) };
}

const NO_VALUE = new Uint8Array(0);

/** Long texts are cut, the greatest to one that is greater. */
function columnIndexOf(pages: readonly IndexedPage[], type: Physical, seen: Bounds): ColumnIndex {
  const element = { type, ...(type === 'BYTE_ARRAY' && { converted_type: 'UTF8' }) } as SchemaElement;
  const bounds = pages.map((page) => page.bounds && seen.statistics(page.bounds));
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

/** The page indexes of a file, which come behind its row groups: kept as the bytes that they will be. */
export class PageIndexes {
  readonly #written: {
    readonly chunk: IndexedChunk;
    readonly column: Uint8Array;
    readonly offset: Uint8Array;
  }[] = [];

  add(chunk: IndexedChunk, index: ChunkIndex): void {
    const writer = new ByteWriter(256);
    writeIndexes(writer, [{ chunk: chunk as never, ...index }]);
    const { column_index_length: length } = chunk;
    if (length === undefined) return;
    const bytes = writer.getBytes();
    this.#written.push({ chunk, column: bytes.slice(0, length), offset: bytes.slice(length) });
  }

  /** All of them, to lie at `start`; the chunks are told where. */
  at(start: number): Uint8Array[] {
    let place = start;
    for (const { chunk, column } of this.#written) {
      chunk.column_index_offset = BigInt(place);
      place += column.length;
    }
    for (const { chunk, offset } of this.#written) {
      chunk.offset_index_offset = BigInt(place);
      place += offset.length;
    }
    return [...this.#written.map(({ column }) => column), ...this.#written.map(({ offset }) => offset)];
  }
}
