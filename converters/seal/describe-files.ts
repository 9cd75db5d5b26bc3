import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from '../dataset/files-below.ts';
import type { ManifestFile } from '../dataset/manifest.ts';
import { openParquet } from '../dataset/parquet.ts';
import { formatSums, hashFile, LABELS, LABELS_SUMS_FILE, SUMS_FILE } from '../dataset/sums.ts';
import { compareKeys } from '../store/keys.ts';
import type { WrittenFile } from '../write/dataset-writer.ts';

/**
 * Every file, in the order of their paths: those that are there, then the documents that are written of them, then the sums of
 * all. The labels have sums of their own in their folder, so that those of the rest can be checked where the labels were not brought.
 */
export async function describeFiles({
  dir,
  parquet,
  documents,
  goOn,
}: {
  dir: string;
  /** Files whose rows are known. */
  parquet: readonly WrittenFile[];
  /** Writes more files, of what is said of the others; returns their paths. */
  documents: (files: readonly ManifestFile[]) => Promise<readonly string[]>;
  /** Asked before every file; what it throws ends the work. */
  goOn: () => void;
}): Promise<ManifestFile[]> {
  const known = new Map(parquet.map((file) => [file.path, file.rows]));
  const described: ManifestFile[] = [];
  for (const path of await filesBelow(dir)) {
    goOn();
    const rows = known.get(path) ?? (path.endsWith('.parquet') ? await rowsOf(join(dir, path)) : undefined);
    described.push({ path, ...(await hashFile(join(dir, path))), ...(rows === undefined ? {} : { rows }) });
  }
  for (const path of await documents([...described]))
    described.push({ path, ...(await hashFile(join(dir, path))) });
  const isLabel = ({ path }: ManifestFile) => path.startsWith(LABELS);
  const labels = described.filter(isLabel);
  const sums = [{ file: SUMS_FILE, of: described.filter((file) => !isLabel(file)), below: '' }];
  if (labels.length > 0) sums.push({ file: LABELS_SUMS_FILE, of: labels, below: LABELS });
  for (const { file, of, below } of sums) {
    const relative = of.map(({ path, sha256 }) => ({ path: path.slice(below.length), sha256 }));
    await writeFile(join(dir, file), formatSums(relative));
    described.push({ path: file, ...(await hashFile(join(dir, file))) });
  }
  return described.sort((a, b) => compareKeys(a.path, b.path));
}

async function rowsOf(file: string): Promise<number> {
  const parquet = await openParquet(file);
  try {
    return parquet.rows;
  } finally {
    await parquet.close();
  }
}
