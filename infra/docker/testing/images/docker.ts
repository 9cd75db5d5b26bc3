import { type CommandResult, runCommand } from '../../../../tools/programs/command.ts';

/** Runs the docker command line to its end. @throws with its last lines, unless it ends with code 0 */
export async function docker(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await tryDocker(args);
  if (code === 0) return stdout;
  const tail = (stderr + stdout).trim().split('\n').slice(-20).join('\n');
  throw new Error(`docker ${args.slice(0, 2).join(' ')} ended with code ${code}:\n${tail}`);
}

export const tryDocker = (args: readonly string[]): Promise<CommandResult> =>
  runCommand({ file: 'docker', args });
