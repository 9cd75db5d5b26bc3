import { resolveProgram } from '../../../tools/programs/resolve.ts';
import type { Program } from '../../topology/component.ts';
import { postgresProgram } from './postgres.ts';

/** Paths of the programs that a stack needs: as given, or found, or made (which can take minutes, and says so). */
export async function findPrograms(options: {
  names: ReadonlySet<Program>;
  given: Readonly<Partial<Record<Program, string>>>;
  signal: AbortSignal;
  onProgress?: (message: string) => void;
}): Promise<ReadonlyMap<Program, string>> {
  const { names, given, signal, onProgress } = options;
  const find = async (name: Program): Promise<string> => {
    const path = given[name];
    if (path !== undefined) return path;
    if (name === 'node') return process.execPath;
    if (name === 'postgres') return postgresProgram();
    if (name === 'prometheus' || name === 'worker')
      throw new TypeError(`${name} only ever comes as an image`);
    return (await resolveProgram(name, { signal, onProgress })).path;
  };
  return new Map(await Promise.all([...names].map(async (name) => [name, await find(name)] as const)));
}
