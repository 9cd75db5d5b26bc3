import { jsonOf, type Member } from '../read/value-json.ts';
import type { RowWriter } from './mapper.ts';
import type { Rows } from './rows.ts';
import { SLOT } from './slots.ts';

/** So many different values of one attribute at one place are kept; records with others are mapped each for itself. */
const MOST_BRANCHES = 64;
/** Values of an attribute that is only handed on: with more of them it is taken for one of the records' own. */
const FEW_VALUES = 8;
/** Records with more attributes, or longer ones, are mapped each for itself. */
export const MOST_ATTRIBUTES = 64;
export const LONGEST_VALUE = 1 << 10;
/** So many attributes are kept in all. With more, all are forgotten. */
const MOST_NODES = 1 << 13;

interface Value {
  readonly slot: number;
  readonly value: number;
}

/** What records have in common that are alike. */
export interface Like<Bind> {
  readonly template: number;
  /** Of a row's own slots what is the same in all of them: pool ids and numbers. */
  readonly texts: readonly Value[];
  readonly numbers: readonly Value[];
  /** What sets the others. */
  readonly binds: readonly Bind[];
  /** Of `attributes` what is the same in all of them: to be joined with what a record has of its own in it, where there is any. */
  readonly rest: readonly Member[];
}

/** An attribute of a record, and those before it. */
export interface Node<Bind, Own> {
  /** Of an own attribute the name is compared, else the whole of it. */
  readonly isOwn: boolean;
  readonly name: unknown;
  /** Which of them are a record's own. */
  readonly own: readonly Own[];
  /** Where it is the last one; null: records that end here are mapped each for itself. */
  like?: Like<Bind> | null;
}

/** What was learned of records, as a tree over their attributes: of one that is looked for it knows where its attributes end. */
export abstract class LikenessTree<Of extends Node<Bind, Own>, Bind, Own> {
  protected readonly rows: Rows;
  /** Of the record that was looked for; undefined where nothing is to be learned of it. */
  protected leaf: Of | undefined;
  /** By what else tells records apart, as two small numbers. */
  readonly #roots = new Map<number, Map<number, Of>>();
  #nodes = 0;

  constructor(rows: Rows) {
    this.rows = rows;
  }

  get isFull(): boolean {
    return this.#nodes >= MOST_NODES;
  }

  forget(): void {
    this.leaf = undefined;
    this.#nodes = 0;
    this.#roots.clear();
  }

  /** Which attributes of the record that was looked for are its own. */
  get own(): readonly Own[] {
    return this.leaf?.own ?? [];
  }

  /** Whether it is to be learned. */
  get isNew(): boolean {
    return this.leaf !== undefined && this.leaf.like === undefined;
  }

  /** Null: nothing holds for records that are like that one. */
  learn(like: Like<Bind> | null): void {
    if (this.leaf) this.leaf.like = like;
  }

  /** Where those begin of which these two say all but the attributes; undefined where there is no room. */
  protected root(one: number, other: number, make: () => Of): Of | undefined {
    const known = this.#roots.get(one)?.get(other);
    if (known || !this.grow()) return known;
    const made = make();
    const roots = this.#roots.get(one) ?? new Map<number, Of>();
    this.#roots.set(one, roots.set(other, made));
    return made;
  }

  /** Whether one more may come behind an attribute, where these come; it is counted then. */
  protected hasRoom(next: readonly Of[]): boolean {
    return next.length < MOST_BRANCHES && this.grow();
  }

  /** Whether an attribute of that name has so many values that it is taken for an own one. */
  protected isVaried(next: readonly Of[], name: Of['name']): boolean {
    let values = 0;
    for (const node of next) if (node.name === name) values += 1;
    return values >= FEW_VALUES;
  }

  /** What has one value comes first: names match whatever the value is. */
  protected branch(next: Of[], made: Of): Of {
    if (made.isOwn) next.push(made);
    else next.unshift(made);
    return made;
  }

  /** False: there is no room for another node. */
  protected grow(): boolean {
    if (this.isFull) return false;
    this.#nodes += 1;
    return true;
  }
}

/**
 * What holds for records like the last row, which has its binds done. `same`: the row's own slots before that. `rest`: of
 * `attributes` what no record has of its own.
 */
export function likeOf<Bind>({
  writer: { rows, row, pool },
  same,
  binds,
  rest,
}: {
  writer: RowWriter;
  same: Pick<Like<Bind>, 'texts' | 'numbers'>;
  binds: readonly Bind[];
  rest: readonly Member[];
}): Like<Bind> {
  rows.settle();
  const json = jsonOf(rest);
  const texts = json === undefined ? [] : [{ slot: SLOT.attributes, value: pool.ofUncached(json) }];
  return {
    template: rows.template[row] as number,
    ...{ texts: [...same.texts, ...texts], numbers: same.numbers, binds, rest },
  };
}

/** A row's own slots that the last row fills. */
export function ownSlots({ rows, row }: RowWriter): Pick<Like<unknown>, 'texts' | 'numbers'> {
  const valuesOf = (columns: readonly ArrayLike<number>[], slots: readonly number[]): Value[] =>
    slots.map((slot) => ({ slot, value: columns[slot]?.[row] as number }));
  return {
    texts: valuesOf(rows.texts, rows.filled.texts).filter(({ value }) => value >= 0),
    numbers: valuesOf(rows.numbers, rows.filled.numbers).filter(({ value }) => !Number.isNaN(value)),
  };
}

/** Begins a row that is like others: their template, and what is the same in all of them. */
export function beginLike(writer: RowWriter, { template, texts, numbers }: Like<unknown>): void {
  writer.beginLike(template);
  for (let i = 0; i < texts.length; i++) {
    const { slot, value } = texts[i] as Value;
    writer.id(slot, value);
  }
  for (let i = 0; i < numbers.length; i++) {
    const { slot, value } = numbers[i] as Value;
    writer.number(slot, value);
  }
}
