/**
 * Words that would tell a model what the ground truth alone may know: of the project, and of any campaign. What a run
 * adds to them (names of its scenarios) comes from the campaign's catalogue.
 */
export const LEAK_WORDS: readonly string[] = [
  ...['fault', 'faults', 'faulty', 'faulted', 'faultline', 'chaos', 'sabotage', 'sabotaged'],
  ...['inject', 'injects', 'injected', 'injecting', 'injection', 'injections', 'injector'],
  ...['anomaly', 'anomalies', 'anomalous', 'benign', 'ground-truth'],
];

export interface FoundWord {
  /** As the list has it. */
  readonly word: string;
  /** What it was found in, as text around the word. */
  readonly text: string;
}

/** Finds the first of its words in a text; undefined where there is none. */
export type WordFinder = (text: string) => FoundWord | undefined;

/** Between the parts of a word: nothing, or whatever stands between the parts of a name. */
const BETWEEN = '[^\\p{L}\\p{N}]{0,2}';
/** The same in a text as it came, where a separator may be written as `%20` or `\u0020`. */
const BETWEEN_RAW = '[^]{0,6}?';

/**
 * Whole words in any case: "default" has no "fault", but "x-fault-id", "fault2" and "injectFault" have. A separator in a
 * word stands for any ("heap-leak" is found as "heap leak", "heap_leak", "heapLeak"). Escapes of JSON and of URLs are
 * undone, else the `n` of a `\n` would be a letter before the word.
 */
export function wordFinder(words: readonly string[]): WordFinder {
  if (words.length === 0) return () => undefined;
  const lists = words.map((word) => word.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? [word]);
  const known = new Map(lists.map((parts, i) => [parts.join(''), words[i] ?? '']));
  // Most texts have none of the words in whatever form: one cheap look says so.
  const maybe = new RegExp(lists.map((parts) => parts.map(escaped).join(BETWEEN_RAW)).join('|'), 'i');
  // The longest first, so that "04-cache-storm" is told rather than the "cache-storm" within it.
  const longest = [...lists].sort((a, b) => b.join('').length - a.join('').length);
  const whole = new RegExp(longest.map(wholeWord).join('|'), 'iu');
  return (text) => {
    if (!maybe.test(text)) return undefined;
    for (const form of new Set([text, unescaped(text)])) {
      const spaced = humps(form);
      const hit = whole.exec(spaced);
      if (!hit) continue;
      const said = hit[0].toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
      const from = Math.max(0, hit.index - 40);
      return { word: known.get(said) ?? hit[0], text: spaced.slice(from, hit.index + 80) };
    }
    return undefined;
  };
}

function wholeWord(parts: readonly string[]): string {
  const number = /^\p{N}/u.test(parts[0] ?? '');
  // The number of a script belongs to its name: "11-restart", but not the "11 restart" of a time and what happened then.
  const text = parts
    .map(escaped)
    .reduce((before, part, i) => before + (i === 1 && number ? '[-_]' : BETWEEN) + part);
  return `(?<!${number ? '[\\p{L}\\p{N}]' : '\\p{L}'})${text}(?!\\p{L})`;
}

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `injectFault` → `inject Fault`, `HTTPFault` → `HTTP Fault`. */
const humps = (text: string) =>
  text.replaceAll(/(?<=\p{Ll}|\p{N})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu, ' ');

const unescaped = (text: string) =>
  text
    .replaceAll(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\+u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/\\+[bfnrt]/g, ' ');
