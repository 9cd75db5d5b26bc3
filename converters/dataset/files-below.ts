import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareKeys } from '../store/keys.ts';

/** Paths of everything but folders below a folder, `/` separated and sorted; empty where there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]);
  const files: string[] = [];
  for (const name of names) {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found && !found.isDirectory()) files.push(name.replaceAll('\\', '/'));
  }
  return files.sort(compareKeys);
}
