import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';
import { compareKeys } from '../../store/keys.ts';
import { type Bins, binOf, spanOf } from './bins.ts';
import { failuresIn, OUTCOME_COLUMNS } from './outcome.ts';
import { DurationSketch } from './sketch.ts';

/** Spans of work that somebody asked a service for. */
export const SERVED_KINDS: ReadonlySet<string> = new Set([
  ...['http.server', 'rpc.server', 'queue.job', 'faas.run'],
]);

/** What a service was asked for, by bin. */
export interface ServedSignals {
  readonly service: string;
  readonly requests: number;
  readonly failed: number;
  /** ms; null without requests. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly bins: readonly ServedBin[];
}

export interface ServedBin {
  /** Requests a second. */
  readonly rate: number;
  /** Share of them, 0 to 1; null without requests. */
  readonly errors: number | null;
  /** ms; null without requests. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

interface Tally {
  requests: number;
  failed: number;
  readonly durations: DurationSketch;
}

const SHARES = [0.5, 0.95, 0.99];
const newTally = (): Tally => ({ requests: 0, failed: 0, durations: new DurationSketch() });

/** Rate, errors and durations of the services, from the spans of what they served. */
export class GoldenSide implements Side {
  readonly columns = ['time', 'service', 'duration', ...OUTCOME_COLUMNS];
  readonly #bins: Bins;
  readonly #services = new Map<string, { whole: Tally; bins: Tally[] }>();

  constructor(bins: Bins) {
    this.#bins = bins;
  }

  add(group: RowGroup): void {
    const [times, kinds, services] = [
      group.column('time'),
      group.column('event_kind'),
      group.column('service'),
    ];
    const durations = group.column('duration');
    const failed = failuresIn(group);
    for (let i = 0; i < group.rows; i++) {
      if (!SERVED_KINDS.has(String(kinds[i]))) continue;
      const bin = binOf(this.#bins, Number(times[i]));
      if (bin < 0) continue;
      const { whole, bins } = this.#of(textAt(services, i) ?? '(no service)');
      const one = bins[bin] as Tally;
      for (const tally of [whole, one]) {
        tally.requests += 1;
        if (failed(i)) tally.failed += 1;
        if (durations[i] !== null) tally.durations.add(Number(durations[i]));
      }
    }
  }

  #of(service: string): { whole: Tally; bins: Tally[] } {
    const found = this.#services.get(service);
    if (found) return found;
    const made = { whole: newTally(), bins: Array.from({ length: this.#bins.count }, newTally) };
    this.#services.set(service, made);
    return made;
  }

  /** The busiest first. */
  signals(): ServedSignals[] {
    return [...this.#services]
      .map(([service, { whole, bins }]): ServedSignals => {
        const [p50 = null, p95 = null, p99 = null] = whole.durations.quantiles(SHARES);
        return {
          ...{ service, requests: whole.requests, failed: whole.failed, p50, p95, p99 },
          bins: bins.map((tally, bin) => this.#binOf(tally, bin)),
        };
      })
      .sort((a, b) => b.requests - a.requests || compareKeys(a.service, b.service));
  }

  #binOf({ requests, failed, durations }: Tally, bin: number): ServedBin {
    const { start, end } = spanOf(this.#bins, bin);
    const [p50 = null, p95 = null, p99 = null] = durations.quantiles(SHARES);
    const errors = requests === 0 ? null : failed / requests;
    return { rate: requests / ((end - start) / 1000), errors, p50, p95, p99 };
  }
}
