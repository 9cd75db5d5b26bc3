import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder whose node_modules serve the running program: stack frames are shown relative to it. */
export function findAppRoot(entry: string): string {
  let folder = dirname(entry);
  while (!existsSync(join(folder, 'node_modules')) && dirname(folder) !== folder) folder = dirname(folder);
  // A workspace may have a node_modules of its own below the one that is meant.
  const above = dirname(folder);
  return existsSync(join(above, 'node_modules')) ? above : folder;
}

/** Takes the place of installation out of a stack trace or message: where the program lies says nothing about it. */
export function relativePaths(text: string, appRoot: string): string {
  if (appRoot === '/' || appRoot === '') return text;
  return text.replaceAll(`file://${appRoot}/`, '').replaceAll(`${appRoot}/`, '').replaceAll(appRoot, '.');
}
