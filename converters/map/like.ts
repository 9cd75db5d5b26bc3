import type { Member } from '../read/attributes.ts';
import type { RowWriter } from './mapper.ts';

/** So many different values of one attribute at one place, and so many in all, are kept; records with others are mapped each for itself. */
export const MOST_BRANCHES = 64;
export const MOST_NODES = 1 << 14;
/** Values of an attribute that is only handed on: with more of them it is taken for one of the records' own. */
export const FEW_VALUES = 8;

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
