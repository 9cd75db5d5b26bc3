import { createReadStream } from 'node:fs';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { diskFull } from './errors.ts';
import type { ObjectBody } from './store.ts';
import { unfinishedName } from './unfinished.ts';

export const errnoOf = (error: unknown): string =>
  String((error as NodeJS.ErrnoException | undefined)?.code ?? '');

export interface WriteWholeOptions {
  readonly path: string;
  readonly body: ObjectBody | Readable;
  /** Folder of the unfinished file; on the same file system as `path`. Default: the folder of `path`. */
  readonly tempFolder?: string;
  /** Fail with `EEXIST` where `path` is there already. */
  readonly createOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Somewhere below an error: the disk has no room, or the user no more of it. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error && (['ENOSPC', 'EDQUOT'].includes(errnoOf(error)) || isDiskFull(error.cause));

/**
 * Writes a file so that nobody sees a part of it, and that a power cut cannot undo it:
 *
 *   temp file ── write ── fsync ──► rename (replaces) or link (fails with EEXIST) ── fsync of the folder
 *
 * @returns bytes written. @throws `DISK_FULL`; other errors as the system gave them.
 */
export async function writeWhole(options: WriteWholeOptions): Promise<number> {
  const { path, body, createOnly = false, signal } = options;
  const temp = join(options.tempFolder ?? dirname(path), await unfinishedName());
  let renamed = false;
  try {
    const written = await writeSynced(temp, body, signal);
    await place({ temp, path, createOnly });
    renamed = !createOnly;
    return written;
  } catch (error) {
    if (isDiskFull(error)) throw diskFull({ path, cause: error });
    throw error;
  } finally {
    if (!renamed) await rm(temp, { force: true });
  }
}

async function writeSynced(
  path: string,
  body: ObjectBody | Readable,
  signal: AbortSignal | undefined,
): Promise<number> {
  const file = await inFolder(dirname(path), () => open(path, 'wx', 0o644));
  try {
    let written = 0;
    const chunks = body instanceof Uint8Array ? [body] : 'file' in body ? createReadStream(body.file) : body;
    for await (const chunk of chunks as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      await writeAll(file, chunk);
      written += chunk.length;
    }
    await file.sync();
    return written;
  } finally {
    await file.close();
  }
}

/** One write may take only a part of the bytes, most of all on a disk that is nearly full. */
async function writeAll(file: Awaited<ReturnType<typeof open>>, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) offset += (await file.write(bytes, offset)).bytesWritten;
}

async function place({
  temp,
  path,
  createOnly,
}: {
  temp: string;
  path: string;
  createOnly: boolean;
}): Promise<void> {
  await inFolder(dirname(path), () => (createOnly ? link(temp, path) : rename(temp, path)));
  await syncFolder(dirname(path));
}

/**
 * Does what needs a folder, which is made where it is not there. A delete elsewhere may remove it at any moment, since it prunes
 * empty ones.
 */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || attempt === 10) throw error;
    }
    await mkdir(folder, { recursive: true });
  }
}

/** Makes names durable; some systems (Windows) cannot sync a folder, and need not. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES', 'ENOENT'].includes(errnoOf(error))) throw error;
  }
}
