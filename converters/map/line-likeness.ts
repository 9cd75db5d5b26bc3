import { type Like, LikenessTree, LONGEST_VALUE, MOST_ATTRIBUTES, type Node } from './like.ts';
import type { LogLine } from './line.ts';
import type { RowWriter } from './mapper.ts';

/** Sets a row's own slots from a line: from whatever is in it. It is to remember nothing. */
export type LineBind = (writer: RowWriter, line: LogLine) => void;

/** Fields whose values hardly come again from line to line. */
const OWN: ReadonlySet<string> = new Set([
  ...['time', 'line', 'trace_id', 'span_id', 'request_id', 'user_id', 'job_id', 'path', 'duration_ms', 'msg'],
]);

/** Names that are remembered to have been asked for. */
const MOST_ASKED = 1000;

/** One field, and those that came behind it. */
interface LineNode extends Node<LineBind, string> {
  readonly name: string;
  readonly value: unknown;
  readonly next: LineNode[];
}

/**
 * Finds the lines that differ from one before in nothing but times, ids and fields of their own: what was made of that one holds
 * for them. Such lines have the same fields in the same order, and the same sender; only of own fields, and of those that are
 * objects, the values may differ.
 */
export class LineLikenesses extends LikenessTree<LineNode, LineBind, string> {
  /** Fields that something other than `attributes` follows from. */
  readonly #asked = new Set<string>();

  /** What holds for the line; undefined: nothing is known of it. @param sender number of who sent it, -1 where that is not known @param file pool id of its place */
  find({ fields }: LogLine, sender: number, file: number): Like<LineBind> | undefined {
    let node = sender < 0 ? undefined : this.root(file, sender, emptyNode);
    let count = 0;
    for (const name in fields) {
      if (!node) break;
      const value = fields[name];
      node =
        count++ < MOST_ATTRIBUTES
          ? (matching(node.next, name, value) ?? this.#branch(node, name, value))
          : undefined;
    }
    this.leaf = node;
    return node?.like ?? undefined;
  }

  /** Something follows from these fields. */
  ask(names: readonly string[]): void {
    if (this.#asked.size < MOST_ASKED) for (const name of names) this.#asked.add(name);
  }

  #branch({ own, next }: LineNode, name: string, value: unknown): LineNode | undefined {
    const isLong = name.length > LONGEST_VALUE || (typeof value === 'string' && value.length > LONGEST_VALUE);
    const isObject = typeof value === 'object' && value !== null;
    const isOwn = isObject || OWN.has(name) || (!this.#asked.has(name) && this.isVaried(next, name));
    if ((isLong && !isOwn) || !this.hasRoom(next)) return undefined;
    return this.branch(next, {
      name,
      isOwn,
      value: isOwn ? undefined : value,
      own: isOwn ? [...own, name] : own,
      next: [],
    });
  }
}

const emptyNode = (): LineNode => ({ name: '', isOwn: false, value: undefined, own: [], next: [] });

function matching(nodes: readonly LineNode[], name: string, value: unknown): LineNode | undefined {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as LineNode;
    if (node.name === name && (node.isOwn || node.value === value)) return node;
  }
  return undefined;
}
