import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '../../converters/compiled/folder.js';
import { withLock } from './lock.ts';
import { type OnProgress, stopwatch } from './progress.ts';

export { cacheRoot };

/**
 * An entry of the cache: made once by whoever comes first, while others wait for it.
 *
 *   lock ── look again ── sweep what killed builds left ── make in <folder>.building-… ── fsync ── rename ── unlock
 *
 * so that `folder` is whole or absent at every moment.
 *
 * @param look  what the entry holds, or undefined when it is absent or damaged
 * @param make  fills the (new, empty) folder that it is given
 * @param keep  file, seen from the folder, that must be on disk before the rename
 */
export async function cached<T>({
  folder,
  look,
  make,
  keep,
  label,
  onProgress,
  signal,
}: {
  folder: string;
  look: () => Promise<T | undefined>;
  make: (temporary: string) => Promise<void>;
  keep: string;
  label: string;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}): Promise<{ entry: T; made: boolean }> {
  const before = await look();
  if (before !== undefined) return { entry: before, made: false };

  await mkdir(dirname(folder), { recursive: true });
  const waiting = stopwatch({ text: `waiting for another process that makes ${label}`, onProgress });
  return withLock({
    lock: `${folder}.lock`,
    signal,
    onWaiting: waiting,
    work: async () => {
      const meanwhile = await look();
      if (meanwhile !== undefined) return { entry: meanwhile, made: false };
      await sweep(folder);
      const temporary = `${folder}.building-${process.pid}`;
      try {
        await mkdir(temporary);
        await make(temporary);
        await syncFile(join(temporary, keep));
        await rm(folder, { recursive: true, force: true });
        await rename(temporary, folder);
        await syncFile(dirname(folder));
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
      const entry = await look();
      if (entry === undefined) throw new Error(`${folder} is not usable right after it was made`);
      return { entry, made: true };
    },
  });
}

async function sweep(folder: string): Promise<void> {
  const parent = dirname(folder);
  for (const name of await readdir(parent)) {
    const path = join(parent, name);
    if (path.startsWith(`${folder}.building-`)) await rm(path, { recursive: true, force: true });
  }
}

export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
