import { createHash } from 'node:crypto';
import type { Plan } from './plan.ts';

/** The plan as one line of JSON with sorted keys and a line feed: what `plan --json` prints, and what the hash is of. */
export function canonicalPlan(plan: Plan): string {
  return `${JSON.stringify(plan, (_, value) => (isObject(value) ? sorted(value) : value))}\n`;
}

/** SHA-256 of the canonical plan, hex: the run record's `plan_hash`. */
export const planHash = (plan: Plan): string =>
  createHash('sha256').update(canonicalPlan(plan)).digest('hex');

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const sorted = (value: object) =>
  Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
