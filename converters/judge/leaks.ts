import { join } from 'node:path';
import { filesBelow } from '../dataset/files-below.ts';
import { openParquet } from '../dataset/parquet.ts';
import { type FoundWord, LEAK_WORDS, type WordFinder, wordFinder } from './leaks-words.ts';
import type { LeakReport } from './quality.ts';

export { LEAK_WORDS };

const LISTED = 20;
/** So many different texts of a column are remembered, so that each is looked at once. */
const REMEMBERED = 20_000;

/**
 * Looks for words in every Parquet file of a dataset but those of `labels/` and `report/`: in every text, nested ones and those of JSON
 * included, keys as well as values, and in the names of files and columns.
 */
export async function findLeaks({
  dir,
  words,
}: {
  dir: string;
  words: readonly string[];
}): Promise<LeakReport> {
  const find = wordFinder(words);
  const found: LeakReport['found'][number][] = [];
  let [texts, count] = [0, 0];
  for (const file of await filesBelow(dir)) {
    if (!file.endsWith('.parquet') || /^(labels|report)\//.test(file)) continue;
    const tell = (column: string, hit: FoundWord | undefined) => {
      if (!hit) return;
      count++;
      if (found.length < LISTED) found.push({ file, column, ...hit });
    };
    tell('(name of the file)', find(file));
    const remembered = new Map<string, Set<string>>();
    /** Looks at the texts of one column; what it is given twice in a row it has seen. */
    const looker = (column: string) => {
      const seen = remembered.get(column) ?? new Set<string>();
      remembered.set(column, seen);
      let last: string | undefined;
      return (text: string): void => {
        texts++;
        if (text === last || seen.has(text)) return;
        if (seen.size < REMEMBERED) seen.add(text);
        const hit = find(text);
        if (hit) tell(column, hit);
        else last = text;
      };
    };
    const parquet = await openParquet(join(dir, file));
    try {
      for (const column of parquet.columns) tell('(name of a column)', find(column));
      await parquet.texts((column, values) => {
        const look = looker(column);
        for (let i = 0; i < values.length; i++) eachText(values[i], look);
      });
    } finally {
      await parquet.close();
    }
  }
  return { words, texts, count, found };
}

export interface NamedLeak extends FoundWord {
  /** Under which name the value was given. */
  readonly place: string;
}

/**
 * Looks for words in values by name, before there is a dataset or beside one: names of containers, processes and logs,
 * headers, routes, attributes. All texts of a value count, keys included.
 */
export function findLeaksIn({
  places,
  words,
}: {
  places: Readonly<Record<string, unknown>>;
  words: readonly string[];
}): NamedLeak[] {
  const find: WordFinder = wordFinder(words);
  const found: NamedLeak[] = [];
  for (const [place, value] of Object.entries(places))
    eachText(value, (text) => {
      const hit = find(text);
      if (hit) found.push({ place, ...hit });
    });
  return found;
}

const utf8 = new TextDecoder();

/** Every text of a value, nested ones and keys included. */
export function eachText(value: unknown, onText: (text: string) => void): void {
  if (typeof value === 'string') {
    if (value !== '') onText(value);
  } else if (value instanceof Uint8Array) onText(utf8.decode(value));
  else if (Array.isArray(value) || value instanceof Set) for (const item of value) eachText(item, onText);
  else if (value instanceof Map) for (const pair of value) eachText(pair, onText);
  else if (typeof value === 'object' && value !== null)
    for (const pair of Object.entries(value)) eachText(pair, onText);
}
