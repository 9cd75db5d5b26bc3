import type { ManifestFile } from './manifest.ts';

/**
 * Where a file of a dataset lies by its checksum until the manifest is there that names it: of two builds that differ in it,
 * neither replaces what the other has put.
 */
export const stagedKey = (runId: string, sha256: string): string => `${runId}/staged/${sha256}`;

/** Where a reader looks for a file: one that was published this moment may lie by its checksum still, and only then by its path. */
export function placesOf(runId: string, { path, sha256 }: Pick<ManifestFile, 'path' | 'sha256'>): string[] {
  const byPath = `${runId}/${path}`;
  return [byPath, stagedKey(runId, sha256), byPath];
}
