import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cached } from '../../tools/programs/cache.ts';
import { ENTRIES } from './entries.ts';
import { compiledFolder } from './folder.js';

/** Versions that are kept: processes of an older one may still run. */
const KEPT = 16;

/** Makes all {@link ENTRIES} where they are not there as they are now, and returns their folder. */
export async function makeCompiled(): Promise<string> {
  const { folder } = await compiledFolder();
  const { made } = await cached({
    ...{ folder, label: 'the compiled converter', keep: 'convert.thread.mjs' },
    look: async () => ((await stat(folder).catch(() => undefined)) ? folder : undefined),
    make: async (outdir) => {
      const { bundleOwn } = await import('../bundle.ts');
      await bundleOwn({ entries: ENTRIES, outdir });
    },
  });
  if (made) await removeOld(dirname(folder));
  return folder;
}

/** What cannot be removed now is the next time. */
async function removeOld(all: string): Promise<void> {
  const folders = (await readdir(all))
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .map((name) => join(all, name));
  const aged = folders.map(async (path) => ({
    path,
    at: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0,
  }));
  for (const { path } of (await Promise.all(aged)).sort((a, b) => b.at - a.at).slice(KEPT))
    await rm(path, { recursive: true, force: true }).catch(() => {});
}

if (process.argv[1] === import.meta.filename) await makeCompiled();
