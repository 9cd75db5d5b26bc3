import { type Finding, finding } from './finding.ts';
import type { ManifestFile } from './manifest.ts';
import { increment, readParquet } from './verify-rows.ts';

/** What is wrong with one OCSF event; an empty list where it is valid. */
export type ValidateEvent = (event: Record<string, unknown>) => readonly string[];

export interface NestedRows {
  readonly findings: Finding[];
  readonly rows: number;
  /** Rows by class_uid, and by the folder's name. */
  readonly classes: ReadonlyMap<number, number>;
  readonly folders: ReadonlyMap<string, number>;
  readonly validated: number;
  readonly complete: boolean;
}

export interface VerifyEventsOptions {
  readonly directory: string;
  readonly whole: ReadonlyMap<string, ManifestFile>;
  readonly progress: (text: string) => void;
  readonly validateEvent?: ValidateEvent;
  /** Every event_uid of the flat files; undefined where they could not all be read. */
  readonly events: ReadonlySet<string> | undefined;
}

const NESTED_FILE = /^ocsf\/([^/]+)\/(?:eventDay=(\d{8})\/)?[^/]+\.parquet$/;

/** So many invalid events of a file are shown; all are counted. */
const SHOWN = 5;

/** The nested files: counted by class, and each event given to the validator where there is one. */
export async function verifyEvents(options: VerifyEventsOptions): Promise<NestedRows> {
  const { directory, whole, progress, validateEvent, events } = options;
  const findings: Finding[] = [];
  const classes = new Map<number, number>();
  const folders = new Map<string, number>();
  let [rows, validated, complete] = [0, 0, true];
  for (const [path, file] of whole) {
    const [, folder, day] = NESTED_FILE.exec(path) ?? [];
    if (folder === undefined) continue;
    progress(`events: ${path}`);
    const wrong = await readParquet({
      directory,
      file,
      read: async (parquet) => {
        const start = startOf(day);
        let elsewhere = 0;
        for await (const group of parquet.groups(['class_uid', 'time'])) {
          const uids = group.column('class_uid');
          const times = group.column('time');
          for (let i = 0; i < group.rows; i++) {
            increment(classes, Number(uids[i]));
            const after = Number(times[i]) - start;
            if (after < 0 || after >= 86_400_000) elsewhere++;
          }
        }
        if (elsewhere > 0) findings.push(otherDays(path, day, elsewhere));
        increment(folders, folder, parquet.rows);
        rows += parquet.rows;
        if (!validateEvent) return;
        const [invalid, unknown] = [new Noted(SHOWN), new Noted(1)];
        for await (const batch of parquet.objects()) {
          progress(`events: ${path}, ${validated} validated`);
          for (const row of batch) {
            const problems = validateEvent(eventOf(row));
            if (problems.length > 0) invalid.add(() => `${uidOf(row)}: ${problems.slice(0, 3).join(', ')}`);
            if (events && !events.has(uidOf(row))) unknown.add(() => uidOf(row));
            validated++;
          }
        }
        if (invalid.count > 0) findings.push(invalidEvents(path, invalid));
        if (unknown.count > 0) findings.push(unknownEvents(path, unknown));
      },
    });
    findings.push(...wrong);
    if (wrong.some(({ code }) => code === 'PARQUET_UNREADABLE')) complete = false;
  }
  return { findings, rows, classes, folders, validated, complete };
}

/** Epoch ms of a day's beginning; NaN, which nothing lies before or after, where no day is said. */
const startOf = (day: string | undefined): number =>
  day === undefined ? Number.NaN : Date.parse(day.replace(/(....)(..)(..)/, '$1-$2-$3T00:00:00Z'));

const otherDays = (path: string, day: string | undefined, count: number): Finding =>
  finding(path, 'PARTITION_DIFFERS', `events must be of the day ${day} (UTC), but ${count} are not`);

/** Counts what is wrong, and keeps the first ones: there may be as many as rows. */
export class Noted {
  count = 0;
  readonly first: string[] = [];
  readonly #keep: number;

  constructor(keep: number) {
    this.#keep = keep;
  }

  /** @param told asked only where it is kept */
  add(told: () => string): void {
    if (this.count++ < this.#keep) this.first.push(told());
  }
}

const invalidEvents = (path: string, { count, first }: Noted): Finding => {
  const more = count > SHOWN ? `; and ${count - SHOWN} more` : '';
  return finding(
    path,
    'EVENT_INVALID',
    `events must be valid OCSF 1.8.0, but ${count} are not: ${first.join('; ')}${more}`,
  );
};

const unknownEvents = (path: string, { count, first }: Noted): Finding =>
  finding(
    path,
    'NESTED_DIFFER',
    `every event must be a row of the flat files, but ${count} are not; the first is ${first[0]}`,
  );

const uidOf = (row: Record<string, unknown>) => String((row.metadata as { uid?: unknown } | null)?.uid);

/** Free-form objects are held as JSON text. */
const FREE_FORM = new Set(['unmapped']);

/** A row of a nested file → the event that it holds: no nulls, integers as numbers, free-form objects as objects. */
export function eventOf(row: Record<string, unknown>): Record<string, unknown> {
  return (stripped(row, '') ?? {}) as Record<string, unknown>;
}

function stripped(value: unknown, name: string): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return FREE_FORM.has(name) ? jsonOf(value) : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => stripped(item, '')).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object') return value;
  const fields = Object.entries(value).map(([key, item]) => [key, stripped(item, key)] as const);
  const present = fields.filter(([, item]) => item !== undefined);
  // A struct whose every leaf is null is one that is not there.
  return present.length === 0 ? undefined : Object.fromEntries(present);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
