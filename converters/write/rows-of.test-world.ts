import { writeHex } from '../hex.ts';
import type { Rows } from '../map/rows.ts';
import { Chosen } from './chosen.ts';
import { FLAT_COLUMNS } from './columns.ts';
import type { Batch } from './encode/batch.ts';
import { flatBatches } from './flat.ts';

const utf8 = new TextDecoder();

/** What the flat files hold of all rows; columns without a value are left out. */
export function flatRowsOf(rows: Rows): Record<string, string | number>[] {
  const all = Int32Array.from({ length: rows.length }, (_, row) => row);
  const found: Record<string, string | number>[] = Array.from(all, () => ({}));
  flatBatches(new Chosen(rows, all)).forEach(({ keys, present, values }, column) => {
    const { name } = FLAT_COLUMNS[column] as { name: string };
    keys.of.forEach((key, row) => {
      if (present === true || (present !== false && present[key] === 1))
        (found[row] as Record<string, string | number>)[name] = valueAt(values, key);
    });
  });
  return found;
}

function valueAt(values: Batch['values'], key: number): string | number {
  if ('numbers' in values) return values.numbers[key] as number;
  if ('hex' in values) {
    const text = new Uint8Array(2 * values.width);
    writeHex(values.hex, key * values.width, (key + 1) * values.width, text, 0);
    return utf8.decode(text);
  }
  if ('written' in values) throw new TypeError('a flat column has no written values');
  const { ids, bytes, offsets } = values;
  const id = ids[key] as number;
  return utf8.decode(bytes.subarray(offsets[id], offsets[id + 1]));
}
