import { FEW_VALUES, type Like, MOST_BRANCHES, MOST_NODES } from './like.ts';
import type { LogLine } from './line.ts';
import type { RowWriter } from './mapper.ts';
import type { Rows } from './rows.ts';

/** Sets a row's own slots from a line: from whatever is in it. It is to remember nothing. */
export type LineBind = (writer: RowWriter, line: LogLine) => void;

/** Fields whose values hardly come again from line to line. */
const OWN: ReadonlySet<string> = new Set([
  ...['time', 'line', 'trace_id', 'span_id', 'request_id', 'user_id', 'job_id', 'path', 'duration_ms', 'msg'],
]);

/** One field, and those that came behind it. */
interface Node {
  readonly name: string;
  /** Of an own field the name is compared, else the value too. */
  readonly isOwn: boolean;
  readonly value: unknown;
  /** Names of the own ones up to this one. */
  readonly own: readonly string[];
  readonly next: Node[];
  /** Where it is the last one; null: lines that end here are mapped each for itself. */
  like?: Like<LineBind> | null;
}

/**
 * Finds the lines that differ from one before in nothing but times, ids and fields of their own: what was made of that one holds
 * for them. Such lines have the same fields in the same order, and the same sender; only of own fields, and of those that are
 * objects, the values may differ.
 */
export class LineLikenesses {
  readonly #rows: Rows;
  #generation = -1;
  /** By who sent them. */
  readonly #roots = new Map<string, Node>();
  #nodes = 0;
  /** Fields that something other than `attributes` follows from. */
  readonly #asked = new Set<string>();
  #leaf: Node | undefined;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** What was learned with other numbers of templates and strings is forgotten. */
  begin(): void {
    if (this.#generation === this.#rows.generation) return;
    this.#generation = this.#rows.generation;
    this.#roots.clear();
    this.#nodes = 0;
  }

  /** What holds for the line; undefined: nothing is known of it. `sender`: all that follows from other things than the line. */
  find({ fields }: LogLine, sender: string): Like<LineBind> | undefined {
    let node: Node | undefined = this.#root(sender);
    for (const name in fields) {
      const value = fields[name];
      node = matching(node.next, name, value) ?? this.#branch(node, name, value);
      if (!node) break;
    }
    this.#leaf = node;
    return node?.like ?? undefined;
  }

  /** Names of the own fields of the line that was looked for. */
  get own(): readonly string[] {
    return this.#leaf?.own ?? [];
  }

  /** What {@link find} did not find. */
  get isNew(): boolean {
    return this.#leaf !== undefined && this.#leaf.like === undefined;
  }

  /** Null: nothing holds for lines that are like that one. @param asked its fields that something follows from */
  learn(like: Like<LineBind> | null, asked: readonly string[]): void {
    for (const name of asked) this.#asked.add(name);
    if (this.#leaf) this.#leaf.like = like;
  }

  #root(sender: string): Node {
    let root = this.#roots.get(sender);
    if (!root) {
      root = { name: '', isOwn: false, value: undefined, own: [], next: [] };
      this.#roots.set(sender, root);
    }
    return root;
  }

  #branch({ own, next }: Node, name: string, value: unknown): Node | undefined {
    if (next.length >= MOST_BRANCHES || this.#nodes >= MOST_NODES) return undefined;
    this.#nodes += 1;
    const isObject = typeof value === 'object' && value !== null;
    const isVaried = () =>
      !this.#asked.has(name) && next.filter((one) => one.name === name).length >= FEW_VALUES;
    const isOwn = isObject || OWN.has(name) || isVaried();
    const made: Node = { name, isOwn, value, own: isOwn ? [...own, name] : own, next: [] };
    // What has one value comes first: names match whatever the value is.
    if (isOwn) next.push(made);
    else next.unshift(made);
    return made;
  }
}

function matching(nodes: readonly Node[], name: string, value: unknown): Node | undefined {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    if (node.name === name && (node.isOwn || node.value === value)) return node;
  }
  return undefined;
}
