import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { RunTruth } from '../../truth/record.ts';
import type { Quality } from '../quality.ts';

/** The clocks of client and stack may differ as much as those of two services. */
const CLOCKS_MS = 50;

/** The changes that the stack itself tells of. */
export class ChangesSide {
  readonly columns = ['time', 'change_uid'];
  readonly #times = new Map<string, number>();

  add(group: RowGroup): void {
    const [times, uids] = [group.column('time'), group.column('change_uid')];
    for (let i = 0; i < group.rows; i++) {
      const uid = textAt(uids, i);
      if (uid !== undefined) this.#times.set(uid, Number(times[i]));
    }
  }

  /** The client's record of what it did, against the stack's. */
  report({ cases }: RunTruth): NonNullable<Quality['change_events']> {
    const applied = cases
      .flatMap(({ change, revert }) => [change, revert])
      .filter((change) => change?.status === 'applied')
      .filter((change) => change !== null);
    const missing = applied.filter(({ uid }) => uid === null || !this.#times.has(uid));
    const elsewhen = applied.filter(({ uid, started_ms, acknowledged_ms }) => {
      const time = this.#times.get(uid ?? '');
      return time !== undefined && (time < started_ms - CLOCKS_MS || time > acknowledged_ms + CLOCKS_MS);
    });
    const names = (changes: typeof applied) => changes.map(({ uid, kind }) => uid ?? `${kind} without a uid`);
    return { applied: applied.length, missing: names(missing), elsewhen: names(elsewhen) };
  }
}
