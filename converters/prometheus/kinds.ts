import type { Family } from './api.ts';

/** What OTLP calls a metric. */
export interface Kind {
  readonly data: 'sum' | 'gauge';
  readonly unit: string;
}

const PART = /^(.+)_(total|bucket|sum|count)$/;
/** Whose `_bucket`, `_sum` and `_count` only go up. */
const COUNTING = ['histogram', 'summary'];

/**
 * Of a metric by its own type or that of the family that it is a part of; where the server does not know it, by its name
 * (https://prometheus.io/docs/practices/naming/). Quantiles of a summary are gauges.
 */
export function kindOf(name: string, families: ReadonlyMap<string, Family>): Kind {
  const own = families.get(name);
  const [, base = '', part = ''] = PART.exec(name) ?? [];
  const family = own ?? families.get(base);
  const up = own
    ? own.type === 'counter'
    : family
      ? (part === 'total' && family.type === 'counter') ||
        (part !== 'total' && COUNTING.includes(family.type))
      : part === 'total' || part === 'bucket';
  return { data: up ? 'sum' : 'gauge', unit: family?.unit ?? '' };
}
