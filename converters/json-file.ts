import { readFile } from 'node:fs/promises';
import { errnoOf } from './store/files.ts';

/** A JSON file as it is, without a look at its shape; undefined where there is none. @throws SyntaxError, errors of the system */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
