import { InfraError } from '../errors.ts';
import type { ComponentName } from '../topology/component.ts';
import { componentOf } from '../topology.ts';

/** The text of a key of a stack's configuration (`faultline:<key>`); undefined where it is not set. */
export type Get = (key: string) => string | undefined;

export type ByComponent<T> = Readonly<Partial<Record<ComponentName, T>>>;

/**
 * A setting that is JSON, an object by component.
 * @param read checks the value of one component, and gives what it stands for
 * @throws COMPONENT_UNKNOWN, SETTING_INVALID
 */
export function byComponent<T>(
  get: Get,
  key: string,
  read: (name: ComponentName, value: unknown) => T,
): ByComponent<T> {
  const text = get(key) ?? '{}';
  const value = parsed(text);
  if (!isObject(value)) throw invalid(`faultline:${key} must be an object by component`, text);
  const entries = Object.entries(value).map(([name, one]) => {
    const component = componentOf(name as ComponentName);
    return [name, read(component.name, one)];
  });
  return Object.fromEntries(entries);
}

/** Undefined where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;
export const invalid = (rule: string, value: unknown) => new InfraError('SETTING_INVALID', [rule, value]);
