import type { ManifestFile } from './manifest.ts';

/** How far a dataset has come, from bucket to folder or the other way. */
export interface TransferProgress {
  /** Files that are there and checked. */
  readonly done: number;
  readonly total: number;
  /** Bytes that are there, of all files. */
  readonly bytes: number;
  readonly total_bytes: number;
  /** The file that came on. */
  readonly path: string;
  /** True where an earlier, interrupted transfer had brought all of it. */
  readonly kept: boolean;
}

/** What came of a dataset, its manifest among it. */
export interface Transferred {
  readonly files: number;
  readonly bytes: number;
  /** Files that were there already, with their checksums. */
  readonly kept: number;
}

/** As many files on their way at once. */
export const LANES = 4;

/** Adds up what the lanes of a transfer say. */
export class Transfer {
  /** Bytes of all files. */
  readonly total: number;
  /** Files that were there already. */
  kept = 0;
  readonly #files: number;
  readonly #onProgress: ((progress: TransferProgress) => void) | undefined;
  #done = 0;
  #bytes = 0;

  constructor({
    files,
    onProgress,
  }: {
    files: readonly ManifestFile[];
    onProgress: ((progress: TransferProgress) => void) | undefined;
  }) {
    this.#files = files.length;
    this.total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#onProgress = onProgress;
  }

  begin({ path, bytes }: ManifestFile): {
    /** So many bytes of it are there. */
    at: (count: number) => void;
    done: (how: { kept: boolean }) => void;
  } {
    let here = 0;
    const at = (count: number, kept = false): void => {
      this.#bytes += count - here;
      here = count;
      this.#onProgress?.({
        ...{ done: this.#done, total: this.#files, bytes: this.#bytes, total_bytes: this.total, path, kept },
      });
    };
    const done = ({ kept }: { kept: boolean }): void => {
      this.#done += 1;
      if (kept) this.kept += 1;
      at(bytes, kept);
    };
    return { at: (count) => at(count), done };
  }
}
