// JavaScript, since `faultline` looks for what is compiled before it can read TypeScript.
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What compiled modules are made of: folders of TypeScript and JavaScript, and the files that say which packages there are to be, and are. */
export const SOURCES = ['converters', 'tools', 'loadtests/campaign'];
export const PACKAGES = ['package.json', 'package-lock.json'];
const INSTALLED = 'node_modules/.package-lock.json';
/** In a folder of compiled modules: name and size of each file, written when all of them are there. */
export const LIST = 'files.json';

/** `FAULTLINE_CACHE`, else the system's place for a user's cache. */
export function cacheRoot(env = process.env) {
  if (env.FAULTLINE_CACHE) return resolve(env.FAULTLINE_CACHE);
  const home = env.HOME || homedir();
  if (process.platform === 'darwin') return join(home, 'Library', 'Caches', 'faultline');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'faultline');
}

/**
 * Where the modules lie when they are compiled, under the hash of what they are made of and of where that lies; and whether they do,
 * whole. Who asks is going to use them, which the folder's time tells.
 */
export async function compiledFolder() {
  const hash = createHash('sha256').update(root);
  for (const folder of SOURCES) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter(isSource).sort())
      hash.update(`${folder}/${name}\0`).update(await readFile(join(root, folder, name)));
  }
  for (const name of PACKAGES) hash.update(await readFile(join(root, name)));
  hash.update(await readFile(join(root, INSTALLED)).catch(() => '')); // elsewhere where a package manager is not npm
  const folder = join(cacheRoot(), 'compiled', hash.digest('hex').slice(0, 32));
  const exists = await isWhole(folder);
  const now = new Date();
  if (exists) await utimes(folder, now, now).catch(() => {});
  return { folder, exists };
}

/** What lies there is run, so that a folder that others may write to is as good as none. */
export async function isWhole(folder) {
  try {
    for (const path of [dirname(folder), folder]) if (!isOwn(await stat(path))) return false;
    const files = Object.entries(JSON.parse(await readFile(join(folder, LIST), 'utf8')));
    const sizes = await Promise.all(files.map(async ([name]) => (await stat(join(folder, name))).size));
    return files.every(([, size], i) => size === sizes[i]);
  } catch {
    return false;
  }
}

const OTHERS_WRITE = 0o022;
const isOwn = ({ uid, mode }) =>
  process.getuid === undefined || (uid === process.getuid() && (mode & OTHERS_WRITE) === 0);

const isSource = (name) => /\.[jt]s$/.test(name) && !/\.test(-world)?\.ts$/.test(name);
