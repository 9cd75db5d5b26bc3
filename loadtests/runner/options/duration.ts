import { errors } from '../errors.ts';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const PART = /(\d+(?:\.\d+)?)(ms|[smhd])/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/;

/**
 * Reads a duration as k6 writes them (`1m30s`, `500ms`, `1.5h`); a bare number is milliseconds, as in k6.
 * @returns milliseconds
 */
export function parseDuration({ name, value }: { name: string; value: unknown }): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (!WHOLE.test(text)) throw errors.invalidOption(name, 'a duration such as "1m30s"', value);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  return total;
}
