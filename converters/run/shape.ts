/**
 * The shape that a JSON document must have, checked strictly: missing, unknown and mistyped fields are all named with
 * their path. Used for documents that are read back from a bucket.
 */
export type Check = (value: unknown, path: string) => string[];

const is =
  (what: string, holds: (value: unknown) => boolean): Check =>
  (value, path) =>
    holds(value) ? [] : [`${path} must be ${what}, got ${show(value)}`];

export const text = is('text that is not empty', (value) => typeof value === 'string' && value !== '');
export const anyText = is('text', (value) => typeof value === 'string');
export const number = is('a finite number', (value) => Number.isFinite(value));
export const yesOrNo = is('true or false', (value) => typeof value === 'boolean');
export const count = is(
  'a whole number from 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);
export const epochMs = is(
  'a time in epoch ms',
  (value) => Number.isSafeInteger(value) && isPlausible(value as number),
);
export const matching = (pattern: RegExp) =>
  is(`text that matches ${pattern}`, (value) => typeof value === 'string' && pattern.test(value));
export const oneOf = (...values: readonly (string | number)[]) =>
  is(`one of ${values.map((value) => JSON.stringify(value)).join(', ')}`, (value) =>
    values.includes(value as string),
  );

/** 2001-09-09 to 2286: a time in seconds or nanoseconds lies outside. */
const isPlausible = (ms: number) => ms >= 1e12 && ms < 1e13;

export const orNull =
  (check: Check): Check =>
  (value, path) =>
    value === null ? [] : check(value, path);

export const optional = (check: Check): Check =>
  Object.assign((value: unknown, path: string) => check(value, path), { isOptional: true });

export const list =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((item, i) => check(item, `${path}[${i}]`))
      : [`${path} must be a list, got ${show(value)}`];

/** An object of any keys and values: what another program defines. */
export const anyObject: Check = (value, path) =>
  isObject(value) ? [] : [`${path} must be an object, got ${show(value)}`];

/** An object of any keys whose values are alike. */
export const dictionary =
  (check: Check): Check =>
  (value, path) =>
    isObject(value)
      ? Object.entries(value).flatMap(([key, item]) => check(item, `${path}.${key}`))
      : [`${path} must be an object, got ${show(value)}`];

export const object =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, path) => {
    if (!isObject(value)) return [`${path} must be an object, got ${show(value)}`];
    const problems: string[] = [];
    for (const [name, check] of Object.entries(fields)) {
      if (Object.hasOwn(value, name)) problems.push(...check(value[name], `${path}.${name}`));
      else if (!('isOptional' in check)) problems.push(`${path}.${name} is missing`);
    }
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(fields, name)) problems.push(`${path}.${name} is unknown`);
    }
    return problems;
  };

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value);
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

/** JSON text → value, or what is wrong with it. */
export function parseShape<T>({
  bytes,
  check,
  root,
}: {
  bytes: Uint8Array;
  check: Check;
  /** Name of the document in the paths of its problems. */
  root: string;
}): { value: T; problems: [] } | { value: undefined; problems: string[]; cause?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    return { value: undefined, problems: [`${root} must be JSON, but ${(cause as Error).message}`], cause };
  }
  const problems = check(value, root);
  return problems.length === 0 ? { value: value as T, problems: [] } : { value: undefined, problems };
}
