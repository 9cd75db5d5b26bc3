import { Command, CommanderError } from 'commander';
import { formatQuality } from '../../converters/judge/format.ts';
import { RunNotSound } from '../../converters/judge/not-sound.ts';
import { describe, exitCodeOf } from './errors.ts';
import { VERSION } from './version.ts';

/** Each with what it needs, which for some is most of a second to load: only that which is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<(finish: (code: number) => void) => Command>>> = {
  run: async () => (await import('./commands/run.ts')).runCommand,
  plan: async () => (await import('./commands/plan.ts')).planCommand,
  control: async () => (await import('./commands/control.ts')).controlCommand,
  load: async () => (await import('./commands/load.ts')).loadCommand,
  convert: async () => (await import('./commands/convert.ts')).convertCommand,
  worker: async () => (await import('./commands/worker.ts')).workerCommand,
  seal: async () => (await import('./commands/seal.ts')).sealCommand,
  rejects: async () => (await import('./commands/rejects.ts')).rejectsCommand,
  ls: async () => (await import('./commands/ls.ts')).lsCommand,
  publish: async () => (await import('./commands/publish.ts')).publishCommand,
  fetch: async () => (await import('./commands/fetch.ts')).fetchCommand,
  report: async () => (await import('./commands/report.ts')).reportCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
};

/**
 * The `faultline` command: a thin door over the workspaces.
 *
 * Exit codes: 0 done; 1 failed; 2 wrong use; 3 done, but the result is not sound (see what was printed);
 * 99 a load threshold was crossed (as k6); 130 interrupted.
 */
export async function main(argv: readonly string[]): Promise<number> {
  let result = 0;
  const finish = (code: number) => {
    result = code;
  };
  const program = new Command('faultline')
    .description('Makes observability training data: a real stack, real traffic, one OCSF Parquet dataset.')
    .version(VERSION)
    .showHelpAfterError('(add --help for the options)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed, 2 wrong use, 3 done but not sound, 99 a load threshold was crossed, 130 interrupted.',
    );
  const [, , first = ''] = argv;
  const asked = Object.hasOwn(COMMANDS, first) ? [COMMANDS[first]] : Object.values(COMMANDS);
  for (const load of asked) if (load) program.addCommand((await load())(finish));
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(argv);
    return result;
  } catch (error) {
    // commander has already printed its own messages, --help and --version among them
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const json = argv.includes('--json');
    // No dataset has the judgement of a run that was refused.
    if (error instanceof RunNotSound)
      console.log(json ? JSON.stringify(error.quality) : formatQuality(error.quality));
    process.stderr.write(
      json ? `${JSON.stringify({ error: describe(error) })}\n` : `\nerror: ${describe(error).message}\n`,
    );
    if (process.env.FAULTLINE_DEBUG) console.error(error);
    return exitCodeOf(error);
  }
}
