/** What is compiled, by the name that it then has: what threads start with, and the commands that work on all rows. */
export const ENTRIES = {
  'convert.thread': 'converters/convert.thread.ts',
  'leaks.thread': 'converters/judge/leaks.thread.ts',
  phase: 'converters/bench/phase-process.ts',
  commands: 'tools/cli/row-commands.ts',
} as const;
