import { type Notified, OUTCOMES, type Outcome } from './convert-notified.ts';

export type Counts = Readonly<Record<Outcome | 'failed' | 'rows', number>>;

/** Counts what became of notified objects. `failed` may yet succeed; `rows` are those of the converted ones. */
export class NotifiedTally {
  readonly #counts: Record<Outcome | 'failed' | 'rows', number> = {
    ...(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>),
    ...{ failed: 0, rows: 0 },
  };

  add({ outcome, rows }: Notified): void {
    this.#counts[outcome] += 1;
    this.#counts.rows += rows;
  }

  addFailed(): void {
    this.#counts.failed += 1;
  }

  get counts(): Counts {
    return { ...this.#counts };
  }
}
