import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';

/** Something that was done to the stack, or happened to a process of it. */
export interface ChangeEvent {
  readonly time: number;
  /** `deployment`, `feature_flag`, …; `out_of_memory`, `restart` of a process that ended by itself. */
  readonly kind: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly failed: boolean;
  readonly actor: string;
}

const PROCESS_KINDS: Readonly<Record<string, string>> = {
  'process.oom': 'out_of_memory',
  'process.restart': 'restart',
};

/** More would be no timeline. */
const MOST = 500;

/** Changes, from their own file; and processes that died, from the logs. */
export class ChangesList implements Side {
  readonly columns = [
    ...['time', 'event_kind', 'service', 'change_kind', 'change_from', 'change_to', 'change_actor'],
    ...['change_status'],
  ];
  readonly #events: ChangeEvent[] = [];
  /** Events that are not listed. */
  more = 0;

  add(group: RowGroup): void {
    const of = Object.fromEntries(this.columns.map((name) => [name, group.column(name)]));
    const text = (name: string, i: number) => textAt(of[name] ?? [], i);
    for (let i = 0; i < group.rows; i++) {
      const kind = text('change_kind', i) ?? PROCESS_KINDS[text('event_kind', i) ?? ''];
      if (kind === undefined) continue;
      if (this.#events.length === MOST) this.more += 1;
      else
        this.#events.push({
          ...{ time: Number(of.time?.[i]), kind, service: text('service', i) ?? '(no service)' },
          ...{ from: text('change_from', i) ?? '', to: text('change_to', i) ?? '' },
          ...{ actor: text('change_actor', i) ?? '', failed: text('change_status', i) === 'failed' },
        });
    }
  }

  /** In order of time. */
  events(): ChangeEvent[] {
    return this.#events.toSorted((a, b) => a.time - b.time);
  }
}
