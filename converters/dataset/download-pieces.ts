import { constants, type FileHandle, open } from 'node:fs/promises';
import { diskFull } from '../store/errors.ts';
import { isDiskFull } from '../store/files.ts';
import type { ObjectStore } from '../store/store.ts';

/** Bytes that are asked for, and held, at once. */
const PIECE_BYTES = 4 << 20;

/**
 * An object → a file, piece by piece from where the file ends: what a killed process has brought is not asked for again. Whether
 * the whole is right only its checksum can tell. Two at once write the same bytes to the same places.
 * @throws `OBJECT_NOT_FOUND`, `DISK_FULL`, what `signal` says
 */
export async function downloadPieces({
  datasets,
  key,
  size,
  file,
  signal,
  onBytes,
}: {
  datasets: ObjectStore;
  key: string;
  size: number;
  file: string;
  signal: AbortSignal | undefined;
  /** Told where it goes on, and of each piece but the last. */
  onBytes: (count: number) => void;
}): Promise<void> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    let at = Math.min((await handle.stat()).size, size);
    for (let more = at < size || size === 0; more; more = at < size) {
      signal?.throwIfAborted();
      if (at > 0) onBytes(at);
      const bytes = await datasets.getRange(key, at, Math.min(PIECE_BYTES, Math.max(1, size - at)));
      if (bytes.length === 0) break; // it is shorter than it should be
      await writeAt(handle, bytes.subarray(0, size - at), at);
      at += bytes.length;
    }
    await handle.truncate(Math.min(at, size));
    await handle.sync();
  } catch (error) {
    throw isDiskFull(error) ? diskFull({ path: file, cause: error }) : error;
  } finally {
    await handle.close();
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length)
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}
