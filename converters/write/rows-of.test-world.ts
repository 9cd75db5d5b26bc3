import type { Rows } from '../map/rows.ts';
import { FLAT_COLUMNS } from './columns.ts';
import type { Numbers, Texts } from './encode/column.ts';
import { flatBatches } from './flat.ts';

const utf8 = new TextDecoder();

/** What the flat files hold of all rows; columns without a value are left out. */
export function flatRowsOf(rows: Rows): Record<string, string | number>[] {
  const all = Int32Array.from({ length: rows.length }, (_, row) => row);
  const found: Record<string, string | number>[] = Array.from(all, () => ({}));
  flatBatches(rows, all).forEach(({ definition, values }, column) => {
    const { name } = FLAT_COLUMNS[column] as { name: string };
    let next = 0;
    for (let row = 0; row < rows.length; row++) {
      if ((typeof definition === 'number' ? definition : definition[row]) === 0) continue;
      const at = next++;
      (found[row] as Record<string, string | number>)[name] = valueAt(values, at);
    }
  });
  return found;
}

function valueAt(values: Texts | Numbers, at: number): string | number {
  if (!('ids' in values))
    return typeof values.numbers === 'number' ? values.numbers : (values.numbers[at] as number);
  const { ids, bytes, offsets } = values;
  const id = typeof ids === 'number' ? ids : (ids[at] as number);
  return utf8.decode(bytes.subarray(offsets[id], offsets[id + 1]));
}
