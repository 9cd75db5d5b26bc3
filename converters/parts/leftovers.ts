import type { ObjectStore } from '../store/store.ts';
import { deadLettersPrefix, letterKeys, type PartSet, partsPrefix, rowsKeys } from './part-set.ts';

/** How names of rows end that version 4 and those before it put. */
const OLDER_ROWS = '.arrow.zst';

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
    for (const [prefix, ...ends] of [
      [deadLettersPrefix(this.#runId), '.ndjson'],
      [partsPrefix(this.#runId), '.rows', OLDER_ROWS],
    ] as const)
      for await (const { key } of raw.list(prefix))
        if (ends.some((end) => key.endsWith(end)) && !this.#named.has(key)) await raw.delete(key);
  }
}
