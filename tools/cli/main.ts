import { type LoadCommand, runProgram } from './program.ts';
import { ROW_COMMANDS } from './row-commands.ts';

/** Each with what it needs, which for some is most of a second to load: only that which is asked for. */
const COMMANDS: Readonly<Record<string, LoadCommand>> = {
  run: async () => (await import('./commands/run.ts')).runCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  control: async () => (await import('./commands/control.ts')).controlCommand,
  load: async () => (await import('./commands/load.ts')).loadCommand,
  convert: ROW_COMMANDS.convert,
  worker: async () => (await import('./commands/worker.ts')).workerCommand,
  seal: ROW_COMMANDS.seal,
  rejects: async () => (await import('./commands/rejects.ts')).rejectsCommand,
  ls: async () => (await import('./commands/ls.ts')).lsCommand,
  publish: async () => (await import('./commands/publish.ts')).publishCommand,
  fetch: async () => (await import('./commands/fetch.ts')).fetchCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

export const main = (argv: readonly string[]): Promise<number> => runProgram({ argv, commands: COMMANDS });
