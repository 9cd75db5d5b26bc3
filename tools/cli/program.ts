import { Command, CommanderError } from 'commander';
import { formatQuality } from '../../converters/judge/format.ts';
import { RunNotSound } from '../../converters/judge/not-sound.ts';
import { describe, exitCodeOf } from './errors.ts';
import { VERSION } from './version.ts';

/** Loads a command; `finish` is told an exit code other than 0. */
export type LoadCommand = () => Promise<(finish: (code: number) => void) => Command>;

/**
 * The `faultline` command: a thin door over the workspaces.
 *
 * Exit codes: 0 done; 1 failed; 2 wrong use; 3 done, but the result is not sound (see what was printed);
 * 99 a load threshold was crossed (as k6); 130 interrupted.
 */
export async function runProgram({
  argv,
  commands,
}: {
  argv: readonly string[];
  commands: Readonly<Record<string, LoadCommand>>;
}): Promise<number> {
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
  const asked = Object.hasOwn(commands, first) ? [commands[first]] : Object.values(commands);
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
