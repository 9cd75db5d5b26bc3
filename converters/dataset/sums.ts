import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { compareKeys } from '../store/keys.ts';

/** Of every file but the labels, with paths from the dataset's folder. */
export const SUMS_FILE = 'SHA256SUMS';
/** Folder of the ground truth. */
export const LABELS = 'labels/';
/** Of the labels, with paths from their own folder. */
export const LABELS_SUMS_FILE = `${LABELS}${SUMS_FILE}`;

/** What `sha256sum --check` reads: a line a file, in order of the paths. */
export function formatSums(files: readonly { path: string; sha256: string }[]): string {
  return files
    .toSorted((a, b) => compareKeys(a.path, b.path))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join('');
}

/** Path → SHA-256; lines that are none of its form are left out. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const [, sha256 = '', path = ''] of text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm))
    sums.set(path, sha256);
  return sums;
}

/** Bytes and SHA-256 (lower-case hex) of a file, streamed. */
export async function hashFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
