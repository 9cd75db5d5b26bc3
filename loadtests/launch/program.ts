import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { errors } from '../errors.ts';

/** `auto`: k6 if a fitting one is on PATH, else the bundled runner (`node`). */
export type RunnerChoice = 'auto' | 'k6' | 'node';

export interface Program {
  runner: 'k6' | 'node';
  /** Of k6, or of Node. */
  version: string;
  command: string;
  /** What comes before k6's own arguments (`run …`). */
  args: string[];
}

/** Finds what runs the script. Throws K6_MISSING or K6_TOO_OLD when `k6` is asked for by name. */
export async function chooseProgram({
  runner,
  env,
}: {
  runner: RunnerChoice;
  env: NodeJS.ProcessEnv;
}): Promise<Program> {
  if (runner === 'node') return bundledRunner();
  const version = await k6Version(env);
  if (version !== undefined && Number(version.split('.')[0]) >= 1) {
    return { runner: 'k6', version, command: 'k6', args: [] };
  }
  if (runner === 'auto') return bundledRunner();
  throw version === undefined ? errors.k6Missing() : errors.k6TooOld(version);
}

function bundledRunner(): Program {
  return {
    runner: 'node',
    version: process.versions.node,
    command: process.execPath,
    args: [
      '--import',
      import.meta.resolve('tsx'),
      fileURLToPath(new URL('../runner/cli.ts', import.meta.url)),
    ],
  };
}

function k6Version(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('k6', ['version'], { env, timeout: 10_000 }, (error, stdout) => {
      resolve(error ? undefined : /v(\d+\.\d+\.\d+)/.exec(stdout)?.[1]);
    });
  });
}
