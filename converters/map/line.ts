import type { Member } from '../read/value-json.ts';

/** A table to look up what came from outside: unlike an object it holds no `constructor` that nobody put there. */
export const byName = <T>(table: Readonly<Record<string, T>>): ReadonlyMap<string, T> =>
  new Map(Object.entries(table));

/** A string, which is left alone, or an integer of 16 and more digits. */
const LONG_INTEGER = /"(?:[^"\\]|\\.)*"|(?<![\w.+-])-?\d{16,}(?![\w.])/g;
/** Integers that a double cannot hold become strings of the same digits. */
const exact = (json: string): string =>
  /\d{16}/.test(json)
    ? json.replace(LONG_INTEGER, (found) =>
        found.startsWith('"') || Number.isSafeInteger(Number(found)) ? found : `"${found}"`,
      )
    : json;

/** So deep it is looked for {@link isInexact}. */
const DEEP = 100;

/** Whether some integer may be none that a double holds. */
function isInexact(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER;
  if (typeof value !== 'object' || value === null) return false;
  if (depth > DEEP) return true;
  for (const name in value) if (isInexact((value as Record<string, unknown>)[name], depth + 1)) return true;
  return false;
}

/** A log line that is a JSON object. */
export class LogLine {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names of the fields that were asked for, some of them more than once. */
  readonly taken: string[] = [];
  #nested: Map<string, LogLine> | undefined;
  #own: readonly string[] = [];
  /** Whether the value of a field was asked for that is {@link watch}ed. */
  followsFromOwn = false;

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.fields = fields;
  }

  /** Undefined where the body is no JSON object. */
  static parse(body: string): LogLine | undefined {
    if (body.charCodeAt(0) !== 0x7b) return undefined;
    try {
      let value: unknown = JSON.parse(body);
      if (isInexact(value)) value = JSON.parse(exact(body));
      return typeof value === 'object' && value !== null
        ? new LogLine(value as Record<string, unknown>)
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** From now on it is remembered whether one of these is asked for. */
  watch(own: readonly string[]): void {
    this.#own = own;
    this.followsFromOwn = false;
  }

  /** Text of a field; numbers and booleans are printed, the rest counts as absent. */
  text(name: string): string | undefined {
    const value = this.#value(name);
    if (typeof value === 'string') return this.#take(name, value === '' ? undefined : value);
    if (typeof value === 'number' || typeof value === 'boolean') return this.#take(name, String(value));
    return undefined;
  }
  /** Takes the text of a field where `use` says that it is of use. */
  offer(name: string, use: (text: string) => boolean): void {
    const value = this.#value(name);
    if (typeof value === 'string' && use(value)) this.#take(name, value);
  }
  /** NaN where absent. */
  number(name: string): number {
    const value = this.#value(name);
    return typeof value === 'number' ? this.#take(name, value) : Number.NaN;
  }
  /** A nested object as a line of its own; undefined where absent. */
  nested(name: string): LogLine | undefined {
    const value = this.#value(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    this.#nested ??= new Map();
    const line = this.#nested.get(name) ?? new LogLine(value as Record<string, unknown>);
    this.#nested.set(name, line);
    return this.#take(name, line);
  }
  json(name: string): string | undefined {
    const value = this.#value(name);
    return value === undefined || value === null ? undefined : this.#take(name, JSON.stringify(value));
  }

  /** The fields that nobody asked for, also those of the nested objects, as JSON with sorted keys. */
  rest(): string | undefined {
    const rest = this.#untaken();
    return rest && JSON.stringify(rest);
  }

  /** Those of these fields that nobody asked for; what is nested counts as a whole. */
  untaken(names: readonly string[]): Member[] {
    const members: Member[] = [];
    for (const name of names)
      if (!this.taken.includes(name)) members.push([name, JSON.stringify(this.fields[name])]);
    return members;
  }

  #untaken(): Record<string, unknown> | undefined {
    const members: [string, unknown][] = [];
    for (const name of Object.keys(this.fields).sort()) {
      const nested = this.#nested?.get(name);
      const value = nested ? nested.#untaken() : this.taken.includes(name) ? undefined : this.fields[name];
      if (value !== undefined) members.push([name, value]);
    }
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }

  #value(name: string): unknown {
    const value = this.fields[name];
    if (value !== undefined && this.#own.includes(name)) this.followsFromOwn = true;
    return value;
  }

  #take<T>(name: string, value: T): T {
    this.taken.push(name);
    return value;
  }
}
