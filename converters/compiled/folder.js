// JavaScript, since `faultline` looks for what is compiled before it can read TypeScript.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What compiled modules are made of: folders of TypeScript and JavaScript, and the files that say which packages there are. */
export const SOURCES = ['converters', 'tools', 'loadtests/campaign'];
export const PACKAGES = ['package.json', 'package-lock.json'];

/** `FAULTLINE_CACHE`, else the system's place for a user's cache. */
export function cacheRoot(env = process.env) {
  if (env.FAULTLINE_CACHE) return resolve(env.FAULTLINE_CACHE);
  const home = env.HOME || homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'faultline');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'faultline');
}

/** Where the modules lie when they are compiled, under the hash of what they are made of and of where that lies; and whether they are. */
export async function compiledFolder() {
  const hash = createHash('sha256').update(root);
  for (const folder of SOURCES) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter(isSource).sort())
      hash.update(`${folder}/${name}\0`).update(await readFile(join(root, folder, name)));
  }
  for (const name of PACKAGES) hash.update(await readFile(join(root, name)));
  const folder = join(cacheRoot(), 'compiled', hash.digest('hex').slice(0, 32));
  return { folder, exists: (await stat(folder).catch(() => undefined)) !== undefined };
}

const isSource = (name) => /\.[jt]s$/.test(name) && !/\.test(-world)?\.ts$/.test(name);
