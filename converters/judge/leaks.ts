import { join } from 'node:path';
import { filesBelow } from '../dataset/files-below.ts';
import { openParquet } from '../dataset/parquet.ts';
import type { LeakReport } from './quality.ts';

/** Words that would tell a model what the ground truth alone may know. */
export const LEAK_WORDS = [
  ...['fault', 'faults', 'faulty', 'faultline', 'chaos', 'sabotage'],
  ...['inject', 'injects', 'injected', 'injecting', 'injection', 'injections', 'injector'],
];

const LISTED = 20;
/** So many different texts of a column are remembered, so that each is looked at once. */
const REMEMBERED = 20_000;

/** Looks for words in every text of every Parquet file of a dataset but the labels, nested ones included. */
export async function findLeaks({
  dir,
  words,
}: {
  dir: string;
  words: readonly string[];
}): Promise<LeakReport> {
  const pattern = wordPattern(words);
  const found: LeakReport['found'][number][] = [];
  let [texts, count] = [0, 0];
  for (const file of await filesBelow(dir)) {
    if (!file.endsWith('.parquet') || file.startsWith('labels/')) continue;
    const remembered = new Map<string, Set<string>>();
    const look = (column: string, value: unknown): void => {
      if (Array.isArray(value)) for (const item of value) look(column, item);
      if (typeof value !== 'string' || value === '') return;
      texts++;
      const seen = remembered.get(column) ?? new Set<string>();
      remembered.set(column, seen);
      if (seen.has(value)) return;
      if (seen.size < REMEMBERED) seen.add(value);
      const hit = pattern.exec(value);
      if (!hit) return;
      count++;
      if (found.length < LISTED)
        found.push({ file, column, word: hit[0].toLowerCase(), text: around(value, hit.index) });
    };
    const parquet = await openParquet(join(dir, file));
    try {
      await parquet.texts((column, values) => {
        for (let i = 0; i < values.length; i++) look(column, values[i]);
      });
    } finally {
      await parquet.close();
    }
  }
  return { words, texts, count, found };
}

/** As words: "default" is none of them, "fault_id" and "x-fault" are. */
function wordPattern(words: readonly string[]): RegExp {
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![a-z0-9])(?:${escaped.join('|')})(?![a-z0-9])`, 'i');
}

const around = (text: string, index: number) => text.slice(Math.max(0, index - 40), index + 80);
