import { cached, cacheRoot } from './cache.ts';
import { PROGRAMS, type ProgramName, type ProgramSpec } from './catalogue.ts';
import { executableIn, readEntry, writeEntry } from './entry.ts';
import { ProgramError } from './errors.ts';
import { type Way, wayToMake } from './make.ts';
import { findOnPath, type Rejected } from './path.ts';
import type { OnProgress } from './progress.ts';
import { rangeText } from './version.ts';

export type { ProgramName };

export interface Program {
  name: ProgramName;
  /** absolute path of an executable */
  path: string;
  version: string;
  source: 'PATH' | 'cache' | 'built' | 'system package';
}

export interface Sighting {
  found?: Program;
  /** executables on PATH that are no use, and why */
  rejected: Rejected[];
  /** absent when it was on PATH */
  way?: Way;
  /** what to install: system, command */
  install: [string, string][];
}

/** What there is of a program: looks on PATH and in the cache, makes nothing. */
export async function findProgram(
  name: ProgramName,
  { env = process.env, signal }: { env?: NodeJS.ProcessEnv; signal?: AbortSignal | undefined } = {},
): Promise<Sighting> {
  const spec = PROGRAMS[name];
  const install = Object.entries(spec.install);
  const { found, rejected } = await findOnPath({ wanted: spec, env, signal });
  if (found) return { found: { name, ...found, source: 'PATH' }, rejected, install };
  const way = await wayToMake({ spec, env, signal });
  const kept = way.folder === undefined ? undefined : await readEntry({ spec, folder: way.folder });
  if (kept) return { found: { name, ...kept, source: 'cache' }, rejected, way, install };
  return { rejected, way, install };
}

/**
 * Finds a program, or makes it: PATH → the user's cache → a build from the pinned Go module (otelcol, versitygw, the
 * three of Pulumi) or the distribution's package (redis, prometheus, promtool), into the cache. k6 is only ever looked for.
 *
 * @param build       false: only look, make nothing
 * @param onProgress  gets a line at most every five seconds while something is made
 * @throws PROGRAM_MISSING with what was found unsuitable and what to install, PROGRAM_BUILD_FAILED,
 *   PROGRAM_LOCK_TIMEOUT, or the signal's reason
 */
export async function resolveProgram(
  name: ProgramName,
  {
    build = true,
    env = process.env,
    onProgress,
    signal,
  }: {
    build?: boolean;
    env?: NodeJS.ProcessEnv;
    onProgress?: OnProgress | undefined;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<Program> {
  const spec = PROGRAMS[name];
  const sighting = await findProgram(name, { env, signal });
  if (sighting.found) return sighting.found;
  const { way } = sighting;
  if (!build || !way || !('make' in way)) throw missing({ spec, sighting, env });

  const { entry, made } = await cached({
    folder: way.folder,
    look: () => readEntry({ spec, folder: way.folder }),
    make: async (folder) => {
      try {
        await way.make({ folder, onProgress });
        await writeEntry({ spec, folder, env, signal });
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
        const lines = [error.message, 'Or install one of:', ...installLines(sighting)];
        throw new ProgramError(error.code, lines.join('\n'), { cause: error.cause });
      }
    },
    keep: executableIn(spec),
    label: name,
    onProgress,
    signal,
  });
  return { name, ...entry, source: made ? way.source : 'cache' };
}

function missing({
  spec,
  sighting,
  env,
}: {
  spec: ProgramSpec;
  sighting: Sighting;
  env: NodeJS.ProcessEnv;
}): ProgramError {
  const { rejected, way } = sighting;
  const wanted = spec.range ? `${spec.name} ${rangeText(spec.range)}` : spec.name;
  const names = spec.executables.join(' or ');
  const lines = [
    way?.folder === undefined
      ? `${wanted} is not on PATH (${names})`
      : `${wanted} is neither on PATH (${names}) nor in ${cacheRoot(env)}`,
    ...rejected.map(({ path, reason }) => `  ${path} ${reason}`),
    ...(way ? [`  ${'make' in way ? way.text : way.reason}`] : []),
    'Install one of:',
    ...installLines(sighting),
  ];
  return new ProgramError('PROGRAM_MISSING', lines.join('\n'));
}

function installLines({ install }: Sighting): string[] {
  const width = Math.max(...install.map(([system]) => system.length));
  return install.map(([system, what]) => `  ${system.padEnd(width)}  ${what}`);
}
