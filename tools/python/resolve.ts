import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, cacheRoot } from '../programs/cache.ts';
import { runCommand } from '../programs/command.ts';
import { outputTail, ProgramError } from '../programs/errors.ts';
import { findOnPath } from '../programs/path.ts';
import { type OnProgress, timed } from '../programs/progress.ts';

export const PYTHON = {
  executables: ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'],
  versionArgs: ['--version'],
  versionPattern: /Python (\d+\.\d+\.\d+)/,
  range: { from: '3.11.0' },
} as const;

/** Scripts that the tests run with it. */
export const scripts = {
  validateOcsf: fileURLToPath(new URL('validate_ocsf.py', import.meta.url)),
  readParquet: fileURLToPath(new URL('read_parquet.py', import.meta.url)),
} as const;

/** What a virtual environment holds, and for whom. */
export interface PythonPackages {
  /** A pip requirements file in which every package is pinned, those that others pull in too. */
  readonly requirements: string;
  /** Who needs it, for texts: "the tests … need python3". */
  readonly needs: string;
}

/** What the tests read and validate datasets with. */
const FOR_TESTS: PythonPackages = {
  requirements: fileURLToPath(new URL('requirements.txt', import.meta.url)),
  needs: 'the tests that read datasets with Python need',
};

/**
 * A virtual environment with pinned packages, made once in the user's cache. A run does without any.
 * Use `python` (and `-m`), not the other files in its bin: those name the folder in which it was made.
 *
 * @throws PYTHON_MISSING, PROGRAM_BUILD_FAILED (pip's last lines), PROGRAM_LOCK_TIMEOUT, or the signal's reason
 */
export async function resolvePython({
  packages = FOR_TESTS,
  build = true,
  env = process.env,
  onProgress,
  signal,
}: {
  packages?: PythonPackages;
  /** false: only look, make nothing */
  build?: boolean;
  env?: NodeJS.ProcessEnv;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
} = {}): Promise<{ python: string }> {
  const missing = (why: string) => pythonMissing({ packages, why });
  const { found, rejected } = await findOnPath({ wanted: PYTHON, env, signal });
  if (!found) throw missing(rejected.map(({ path, reason }) => `${path} ${reason}`).join('; '));
  const key = createHash('sha256')
    .update(JSON.stringify([found.path, found.version, process.platform, process.arch]))
    .update(await readFile(packages.requirements))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheRoot(env), 'python', `venv-${found.version}-${key}`);
  const look = () =>
    access(join(folder, 'complete')).then(
      () => ({ python: join(folder, 'bin', 'python') }),
      () => undefined,
    );
  if (!build) {
    const entry = await look();
    if (!entry) throw missing(`the environment ${folder} has not been made yet`);
    return entry;
  }
  const { entry } = await cached({
    folder,
    look,
    make: (temporary) => fill({ folder: temporary, python: found.path, packages, env, onProgress, signal }),
    keep: 'complete',
    label: 'the Python environment',
    onProgress,
    signal,
  });
  return entry;
}

async function fill({
  folder,
  python,
  packages,
  env,
  onProgress,
  signal,
}: {
  folder: string;
  python: string;
  packages: PythonPackages;
  env: NodeJS.ProcessEnv;
  onProgress: OnProgress | undefined;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const run = (file: string, args: string[]) => runCommand({ file, args, env, signal });
  await timed({
    text: 'installing Python packages (usually 20–60 s)',
    onProgress,
    work: async () => {
      const venv = await run(python, ['-m', 'venv', folder]);
      if (venv.code !== 0)
        throw pythonMissing({
          packages,
          why: `${python} -m venv failed:\n${outputTail(venv.stdout + venv.stderr)}`,
        });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
      const installed = await run(join(folder, 'bin', 'python'), [
        ...pip,
        ...['--only-binary', ':all:', '--requirement', packages.requirements],
      ]);
      if (installed.code !== 0) {
        throw new ProgramError(
          'PROGRAM_BUILD_FAILED',
          `installing ${packages.requirements} failed:\n${outputTail(installed.stderr || installed.stdout)}`,
        );
      }
    },
  });
  await writeFile(join(folder, 'complete'), '');
}

const pythonMissing = ({ packages, why }: { packages: PythonPackages; why: string }) =>
  new ProgramError(
    'PYTHON_MISSING',
    `${packages.needs} python3 >= ${PYTHON.range.from} with its venv module: ` +
      `${why || 'python3 is not on PATH'}\nDebian, Ubuntu: sudo apt-get install python3-venv · Fedora: sudo dnf install ` +
      'python3 · Alpine: apk add python3 · macOS: brew install python3',
  );
