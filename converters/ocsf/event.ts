import type { Rows } from '../map/rows.ts';
import { SLOT, slotKind } from '../map/slots.ts';
import { classLayout } from './classes.ts';
import type { Leaf } from './layout.ts';

type Json = Record<string, unknown>;

/** Value of a leaf as JSON has it; undefined where absent. The columns of `write/nested.ts` hold the same. */
export function leafValue(leaf: Leaf, rows: Rows, row: number): unknown {
  if (leaf.when && !rows.has(SLOT[leaf.when], row)) return undefined;
  if (leaf.list) return [...leaf.list];
  if (leaf.constant !== undefined) return leaf.constant;
  if (!leaf.slot) return undefined;
  const value = rows.value(row, leaf.slot);
  if (value === undefined) return undefined;
  if (leaf.captions) return leaf.captions[value as number];
  if (leaf.derive) return derived(leaf.derive, value as number, rows.value(row, 'class_uid') as number);
  return leaf.type === 'json' ? JSON.parse(value as string) : value;
}

/** What a leaf makes of its slot's number. */
export function derived(derive: NonNullable<Leaf['derive']>, value: number, classUid: number): number {
  if (derive === 'us_to_ms') return Math.floor(value / 1000);
  if (derive === 'type_uid') return classUid * 100 + value;
  // Seen at the source it goes out (2), at the destination it comes in (1).
  return value === 1 ? 2 : 1;
}

/** One row as the OCSF event that it is: what the nested Parquet holds, with `unmapped` as an object. */
export function eventOf(rows: Rows, row: number): Json {
  const layout = classLayout(rows.value(row, 'class_uid') as number);
  const event: Json = {};
  for (const leaf of layout.leaves) {
    const value = leafValue(leaf, rows, row);
    if (value !== undefined) place(event, leaf.path.split('.'), value);
  }
  for (const { path, slot, when } of layout.unmapped) {
    const value = when && !rows.has(SLOT[when], row) ? undefined : rows.value(row, slot);
    if (value === undefined) continue;
    place(event, ['unmapped', ...path], slotKind(slot) === 'j' ? JSON.parse(value as string) : value);
  }
  return event;
}

function place(event: Json, path: readonly string[], value: unknown): void {
  let at = event;
  path.forEach((step, i) => {
    const list = step.endsWith('[]');
    const name = list ? step.slice(0, -2) : step;
    if (i === path.length - 1) at[name] = value;
    else if (list) {
      at[name] ??= [{}];
      at = (at[name] as Json[])[0] as Json;
    } else {
      at[name] ??= {};
      at = at[name] as Json;
    }
  });
}
