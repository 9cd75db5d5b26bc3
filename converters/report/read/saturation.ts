import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';
import { compareKeys } from '../../store/keys.ts';
import type { Bins } from './bins.ts';
import { INDICATORS, type Indicator, type SeriesOf } from './indicators.ts';
import { kept } from './kept.ts';
import { Series } from './series.ts';

/** An indicator of a service, of the replica where it is highest. */
export interface IndicatorSignal {
  readonly service: string;
  readonly indicator: Indicator;
  /** By bin; null where it is not known. */
  readonly values: readonly (number | null)[];
}

/** Series by the part of an indicator that they are. */
type Parts = Map<SeriesOf, Map<string, Series>>;

/** How full and how busy services and stores are, from their own metrics. */
export class SaturationSide implements Side {
  readonly columns = ['time', 'service', 'instance', 'metric_name', 'metric_value', 'labels'];
  readonly #bins: Bins;
  /** Indicator and service → instance → its parts. */
  readonly #found = new Map<Indicator, Map<string, Map<string, Parts>>>();
  readonly #wanted = new Map<string, { indicator: Indicator; part: SeriesOf }[]>();
  readonly #labels = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(bins: Bins, indicators: readonly Indicator[] = INDICATORS) {
    this.#bins = bins;
    for (const indicator of indicators) {
      this.#found.set(indicator, new Map());
      for (const part of [...indicator.of, ...(indicator.limit ?? [])])
        kept(this.#wanted, part.metric, () => []).push({ indicator, part });
    }
  }

  add(group: RowGroup): void {
    const [times, names, values] = [
      ...[group.column('time'), group.column('metric_name'), group.column('metric_value')],
    ] as const;
    const [services, instances, labels] = [
      ...[group.column('service'), group.column('instance'), group.column('labels')],
    ] as const;
    for (let i = 0; i < group.rows; i++) {
      const wanted = this.#wanted.get(String(names?.[i]));
      if (!wanted) continue;
      const text = textAt(labels ?? [], i) ?? '{}';
      for (const { indicator, part } of wanted) {
        if (!this.#fits(part, text)) continue;
        const service = textAt(services ?? [], i) ?? '(no service)';
        const ofService = kept(this.#found.get(indicator) ?? new Map(), service, () => new Map());
        const parts = kept(ofService, textAt(instances ?? [], i) ?? '', (): Parts => new Map());
        const series = kept(
          kept(parts, part, () => new Map()),
          text,
          () => new Series(this.#bins),
        );
        const [time, value] = [Number(times?.[i]), Number(values?.[i])];
        if (indicator.as === 'rate') series.addCounter(time, value);
        else series.addValue(time, value);
      }
    }
  }

  #fits({ labels }: SeriesOf, text: string): boolean {
    if (!labels) return true;
    const had = kept(this.#labels, text, () => JSON.parse(text) as Record<string, unknown>);
    return Object.entries(labels).every(([name, value]) => had[name] === value);
  }

  /** In the order of the catalogue, and of the services' names. */
  signals(): IndicatorSignal[] {
    return [...this.#found].flatMap(([indicator, services]) =>
      [...services]
        .sort(([a], [b]) => compareKeys(a, b))
        .map(([service, instances]) => ({
          ...{ service, indicator },
          values: Array.from({ length: this.#bins.count }, (_, bin) =>
            highest([...instances.values()].map((parts) => valueAt({ indicator, parts, bin }))),
          ),
        }))
        .filter(({ values }) => values.some((value) => value !== null)),
    );
  }
}

function valueAt(at: { indicator: Indicator; parts: Parts; bin: number }): number | null {
  const { of, limit, factor = 1 } = at.indicator;
  const value = sumOf(of, at);
  if (value === null) return null;
  if (!limit) return value * factor;
  const most = sumOf(limit, at);
  return most === null || most <= 0 ? null : (value / most) * factor;
}

/** Null where a part is not known. */
function sumOf(of: readonly SeriesOf[], { parts, bin }: { parts: Parts; bin: number }): number | null {
  let sum = 0;
  for (const part of of) {
    const known = [...(parts.get(part)?.values() ?? [])]
      .map((series) => series.at(bin))
      .filter((value) => value !== null);
    if (known.length === 0) return null;
    sum += (part.sign ?? 1) * known.reduce((a, b) => a + b, 0);
  }
  return sum;
}

const highest = (values: readonly (number | null)[]): number | null =>
  values.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null);
