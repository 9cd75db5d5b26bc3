import type { Rows } from '../map/rows.ts';
import { SLOT, slotKind } from '../map/slots.ts';
import { classLayout } from './classes.ts';
import type { ClassLayout, Leaf, UnmappedLeaf } from './layout.ts';

type Json = Record<string, unknown>;

/** Value of a leaf as JSON has it; undefined where absent. The columns of `write/nested.ts` hold the same. */
export function leafValue(leaf: Leaf, rows: Rows, row: number): unknown {
  if (leaf.when && rows.value(row, leaf.when) === undefined) return undefined;
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
  const text = unmappedJson(layout, rows, row);
  if (text !== undefined) event.unmapped = JSON.parse(text);
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

interface Node {
  readonly key: string;
  readonly leaf?: UnmappedLeaf;
  readonly children: Node[];
}
const trees = new WeakMap<ClassLayout, Node>();

function tree(layout: ClassLayout): Node {
  let root = trees.get(layout);
  if (!root) {
    root = { key: '', children: [] };
    for (const leaf of layout.unmapped) {
      let at = root;
      for (const step of leaf.path.slice(0, -1)) {
        const key = `${JSON.stringify(step)}:`;
        let next = at.children.find((child) => child.key === key);
        if (!next) {
          next = { key, children: [] };
          at.children.push(next);
        }
        at = next;
      }
      at.children.push({ key: `${JSON.stringify(leaf.path.at(-1))}:`, leaf, children: [] });
    }
    trees.set(layout, root);
  }
  return root;
}

/** `unmapped` as JSON text, always in the order of the layout; undefined where nothing is in it. */
export function unmappedJson(layout: ClassLayout, rows: Rows, row: number): string | undefined {
  return nodeJson(tree(layout), rows, row);
}

function nodeJson(node: Node, rows: Rows, row: number): string | undefined {
  if (node.leaf) {
    const { slot, when } = node.leaf;
    if (when && rows.value(row, when) === undefined) return undefined;
    if (slotKind(slot) === 'n') {
      const value = (rows.numbers[SLOT[slot]] as Float64Array)[row] as number;
      return Number.isNaN(value) ? undefined : String(value);
    }
    const id = (rows.texts[SLOT[slot]] as Int32Array)[row] as number;
    if (id < 0) return undefined;
    const value = rows.pool.text(id);
    return slotKind(slot) === 'j' ? value : JSON.stringify(value);
  }
  let text = '';
  for (const child of node.children) {
    const value = nodeJson(child, rows, row);
    if (value !== undefined) text += text === '' ? child.key + value : `,${child.key}${value}`;
  }
  return text === '' ? undefined : `{${text}}`;
}
