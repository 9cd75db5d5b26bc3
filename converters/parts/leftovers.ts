import type { ObjectStore } from '../store/store.ts';
import { deadLettersPrefix, letterKeys, type PartSet, partsPrefix, rowsKeys } from './part-set.ts';

/**
 * What an earlier conversion of a run left and no part set names any more: letters of records that are taken now, rows that
 * were inside of the window as long as it was open.
 */
export class Leftovers {
  readonly #runId: string;
  readonly #named = new Set<string>();

  constructor(runId: string) {
    this.#runId = runId;
  }

  /** Each part set of the run, once it was put. */
  add(set: PartSet): void {
    for (const key of [...letterKeys(this.#runId, set), ...rowsKeys(this.#runId, set)]) this.#named.add(key);
  }

  /** Of no use before all of them were added. */
  async remove(raw: ObjectStore): Promise<void> {
    for (const [prefix, end] of [
      [deadLettersPrefix(this.#runId), '.ndjson'],
      [partsPrefix(this.#runId), '.arrow.zst'],
    ] as const)
      for await (const { key } of raw.list(prefix))
        if (key.endsWith(end) && !this.#named.has(key)) await raw.delete(key);
  }
}
