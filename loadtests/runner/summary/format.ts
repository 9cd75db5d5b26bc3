import type { MetricSummary } from './data.ts';

/** Milliseconds as people read them: 12.4µs, 3.21ms, 4.05s, 2m3s. */
export function formatTime(ms: number): string {
  if (ms === 0) return '0s';
  if (ms < 1) return `${round(ms * 1000)}µs`;
  if (ms < 1000) return `${round(ms)}ms`;
  if (ms < 60_000) return `${round(ms / 1000)}s`;
  return `${Math.floor(ms / 60_000)}m${Math.round((ms % 60_000) / 1000)}s`;
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${value < 10 ? round(value) : Math.round(value)} ${units[unit]}`;
}

export const formatPercent = (share: number): string => `${(Math.floor(share * 10_000) / 100).toFixed(2)}%`;

/** One value of a metric, in the unit that the metric contains. */
export function formatValue({ contains, value }: { contains: string; value: number }): string {
  if (contains === 'time') return formatTime(value);
  if (contains === 'data') return formatBytes(value);
  return String(Number(value.toFixed(6)));
}

/** The part of a summary line after the colon. */
export function formatMetric({ type, contains, values }: MetricSummary): string {
  const show = (name: string) => formatValue({ contains, value: values[name] ?? 0 });
  switch (type) {
    case 'counter':
      return `${show('count').padEnd(8)} ${show('rate')}/s`;
    case 'gauge':
      return `${show('value').padEnd(8)} min=${show('min')} max=${show('max')}`;
    case 'rate': {
      const { passes = 0, fails = 0, rate = 0 } = values;
      return `${formatPercent(rate).padEnd(8)} ${passes} out of ${passes + fails}`;
    }
    default:
      return Object.keys(values)
        .map((name) => `${name}=${name === 'count' ? values[name] : show(name)}`.padEnd(name.length + 10))
        .join(' ')
        .trimEnd();
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;
