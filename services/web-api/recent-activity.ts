import { type Affinity, affinityOf } from './affinity.ts';

/** A request, by the customer who made it. */
export interface Activity {
  id: string;
  customer: string;
  /** It was a search. */
  searched: boolean;
}

/** What customers did lately, one entry a request; suggestions are made from these. */
export class RecentActivity {
  readonly #days: number;
  readonly #most: number;
  readonly #kept = new Map<string, { customer: string; affinity: Affinity }>();

  /** `days` is how far back an entry's weights go; of more than `most` entries the oldest goes. */
  constructor({ days, most = Number.POSITIVE_INFINITY }: { days: number; most?: number }) {
    this.#days = days;
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  keep({ id, customer, searched }: Activity): void {
    this.#kept.set(id, { customer, affinity: affinityOf({ days: this.#days, searched }) });
    if (this.#kept.size > this.#most) this.#forget(this.#kept.keys().next().value);
  }

  #forget(id: string | undefined): void {
    if (id !== undefined) this.#kept.delete(id);
  }

  /** Forgets what a customer did in an earlier session. */
  endSession(customer: string): void {
    for (const [id, activity] of this.#kept) if (activity.customer === customer) this.#kept.delete(id);
  }

  clear(): void {
    this.#kept.clear();
  }
}
