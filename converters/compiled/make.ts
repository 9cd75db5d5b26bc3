import { chmod, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached, syncFile } from '../../tools/programs/cache.ts';
import { filesBelow } from '../dataset/files-below.ts';
import { ENTRIES } from './entries.ts';
import { compiledFolder, isWhole, LIST } from './folder.js';

/** So many versions are kept, and all that were used in these days: processes of an older one may still run. */
const KEPT = 16;
const KEPT_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Nobody but the user may put in what is run. */
const OWN = 0o700;

/** Makes all {@link ENTRIES} where they are not there as they are now, and returns their folder. */
export async function makeCompiled(): Promise<string> {
  const { folder, exists } = await compiledFolder();
  if (exists) return folder;
  await mkdir(dirname(folder), { recursive: true });
  await chmod(dirname(folder), OWN);
  const { made } = await cached({
    ...{ folder, label: 'the compiled converter', keep: LIST },
    look: async () => ((await isWhole(folder)) ? folder : undefined),
    make: async (outdir) => {
      const { bundleOwn } = await import('../bundle.ts');
      await bundleOwn({ entries: ENTRIES, outdir });
      if ((await compiledFolder()).folder !== folder)
        throw new Error('what is compiled has changed meanwhile');
      await chmod(outdir, OWN);
      await writeList(outdir);
    },
  });
  if (made) await removeOld(dirname(folder));
  return folder;
}

/** All files are on disk before the list says that they are there. */
async function writeList(folder: string): Promise<void> {
  const sizes: Record<string, number> = {};
  for (const name of await filesBelow(folder)) {
    const path = join(folder, name);
    await syncFile(path);
    sizes[name] = (await stat(path)).size;
  }
  await writeFile(join(folder, LIST), JSON.stringify(sizes));
}

/** Also what a killed process has left. What cannot be removed now is the next time. */
async function removeOld(all: string): Promise<void> {
  const names = (await readdir(all)).filter((name) => /^[0-9a-f]{32}(\.building-\d+)?$/.test(name));
  const aged = names.map(async (name) => ({
    path: join(all, name),
    whole: !name.includes('.'),
    at: (await stat(join(all, name)).catch(() => undefined))?.mtimeMs ?? 0,
  }));
  const recent = Date.now() - KEPT_DAYS * DAY_MS;
  const sorted = (await Promise.all(aged)).sort((a, b) => b.at - a.at);
  const kept = new Set(sorted.filter(({ whole }) => whole).slice(0, KEPT));
  for (const one of sorted)
    if (!kept.has(one) && one.at < recent)
      await rm(one.path, { recursive: true, force: true }).catch(() => {});
}

if (process.argv[1] === import.meta.filename) await makeCompiled();
