import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramSpec } from './catalogue.ts';
import { ProgramError } from './errors.ts';
import { type Found, probe } from './path.ts';

/** Where a program lies within its folder in the cache. */
export const executableIn = (spec: ProgramSpec) => join('bin', spec.executables[0] ?? spec.name);

/** The program in a folder of the cache, or undefined when it is absent or damaged. */
export async function readEntry({
  spec,
  folder,
}: {
  spec: ProgramSpec;
  folder: string;
}): Promise<Found | undefined> {
  const path = join(folder, executableIn(spec));
  try {
    await access(path, constants.X_OK);
    const { version } = JSON.parse(await readFile(join(folder, 'program.json'), 'utf8')) as {
      version: unknown;
    };
    return typeof version === 'string' ? { path, version } : undefined;
  } catch {
    return undefined;
  }
}

/** Has the program tell its version, right after it was made: proof that it runs and has all that is needed. */
export async function writeEntry({
  spec,
  folder,
  env,
  signal,
}: {
  spec: ProgramSpec;
  folder: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const result = await probe({ path: join(folder, executableIn(spec)), wanted: spec, env, signal });
  if (!('version' in result)) {
    throw new ProgramError('PROGRAM_BUILD_FAILED', `${spec.name} was made, but it ${result.reason}`);
  }
  await writeFile(join(folder, 'program.json'), `${JSON.stringify({ version: result.version })}\n`);
}
