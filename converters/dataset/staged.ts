/**
 * Where a file of a dataset lies by its checksum until the manifest is there that names it: of two builds that differ in it,
 * neither replaces what the other has put.
 */
export const stagedKey = (runId: string, sha256: string): string => `${runId}/staged/${sha256}`;
