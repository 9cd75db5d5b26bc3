import { type LoadCommand, runProgram } from './program.ts';

/** Commands that work on all rows of a run: compiled they begin sooner, and take less memory. */
export const ROW_COMMANDS = {
  convert: async () => (await import('./commands/convert.ts')).convertCommand,
  seal: async () => (await import('./commands/seal.ts')).sealCommand,
} as const satisfies Record<string, LoadCommand>;

/** `faultline` with those alone. */
export const main = (argv: readonly string[]): Promise<number> =>
  runProgram({ argv, commands: ROW_COMMANDS });
