import type { Finding, FindingCode } from './finding.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import { LABELS } from './sums.ts';
import type { NestedRows } from './verify-events.ts';
import { EVENTS_FILE } from './verify-labels.ts';
import type { FlatRows } from './verify-rows.ts';

/** One line of `verify`. */
export interface Check {
  readonly name: CheckName;
  /** Null: nothing was found, but not all was looked at. */
  readonly ok: boolean | null;
  readonly problems: number;
  /** What was looked at, with its figures, and what was not. */
  readonly says: string;
}

const CHECKS = ['manifest', 'checksums', 'schema', 'ledger', 'joins', 'clocks'] as const;
export type CheckName = (typeof CHECKS)[number];

const CHECK_OF: Readonly<Record<FindingCode, CheckName>> = {
  MANIFEST_MISSING: 'manifest',
  MANIFEST_INVALID: 'manifest',
  FILE_MISSING: 'checksums',
  FILE_UNNAMED: 'checksums',
  SIZE_DIFFERS: 'checksums',
  HASH_DIFFERS: 'checksums',
  SUMS_DIFFER: 'checksums',
  PARQUET_UNREADABLE: 'schema',
  SCHEMA_DIFFERS: 'schema',
  EVENT_INVALID: 'schema',
  PARTITION_DIFFERS: 'schema',
  ROWS_DIFFER: 'ledger',
  LEDGER_OPEN: 'ledger',
  NESTED_DIFFER: 'joins',
  UID_REPEATED: 'joins',
  LABEL_UNKNOWN: 'joins',
  NOT_SORTED: 'clocks',
  OUTSIDE_WINDOW: 'clocks',
  LABEL_OUTSIDE: 'clocks',
};

export const checkOf = ({ code }: Finding): CheckName => CHECK_OF[code];

interface Looked {
  readonly manifest: Manifest;
  /** URL of the bucket that has its original; null where none was found. */
  readonly comparedWith: string | null;
  readonly whole: ReadonlyMap<string, ManifestFile>;
  readonly flat: FlatRows;
  readonly nested: NestedRows;
  /** Labelled events; null where the labels are not here. */
  readonly labels: number | null;
}

/** @param looked undefined where the manifest could not be read */
export function checksOf({ findings, looked }: { findings: readonly Finding[]; looked?: Looked }): Check[] {
  return CHECKS.map((name) => {
    const problems = findings.filter((found) => checkOf(found) === name).length;
    if (!looked) return { name, ok: problems > 0 ? false : null, problems, says: 'not looked at' };
    const left = leftOut({ name, findings, looked });
    const ok = problems > 0 ? false : left.length > 0 ? null : true;
    const says = SAYS[name](looked);
    return { name, ok, problems, says: left.length > 0 ? `${says}; not looked at: ${brief(left)}` : says };
  });
}

/** Files that a check reads. Those that are damaged or missing are findings of other checks, and it cannot be made on them. */
const READS: Readonly<Partial<Record<CheckName, (path: string) => boolean>>> = {
  schema: () => true,
  ledger: (path) => !path.startsWith(LABELS),
  joins: (path) => !path.startsWith(LABELS) || path === EVENTS_FILE,
  clocks: (path) => !path.startsWith('ocsf/'),
};
const UNREAD: ReadonlySet<FindingCode> = new Set<FindingCode>([
  'FILE_MISSING',
  'SIZE_DIFFERS',
  'HASH_DIFFERS',
  'PARQUET_UNREADABLE',
]);

/** What of a check was not made: on files that could not be read, and event by event where no validator was given. */
function leftOut({
  name,
  findings,
  looked,
}: {
  name: CheckName;
  findings: readonly Finding[];
  looked: Looked;
}) {
  const { validated, rows } = looked.nested;
  const unread = findings
    .filter(({ path, code }) => UNREAD.has(code) && path.endsWith('.parquet') && READS[name]?.(path))
    .map(({ path }) => path);
  if (validated === rows) return unread;
  if (name === 'schema') unread.push('whether each event is valid OCSF 1.8.0');
  if (name === 'joins') unread.push('whether each event is the same one, flat and nested');
  return unread;
}

const SAYS: Readonly<Record<CheckName, (looked: Looked) => string>> = {
  manifest: ({ comparedWith }) =>
    comparedWith === null ? 'agrees with the files; its original was not found' : `as in ${comparedWith}`,
  checksums: ({ whole }) => {
    const bytes = [...whole.values()].reduce((sum, file) => sum + file.bytes, 0);
    return `${whole.size} files, ${(bytes / 1e6).toFixed(1)} MB`;
  },
  schema: ({ flat, nested }) => {
    const events = nested.validated > 0 ? `; ${nested.validated} events valid OCSF 1.8.0` : '';
    return `one of ${flat.schema?.length ?? 0} columns for the flat files${events}`;
  },
  ledger: ({ manifest: { ledger }, flat }) => {
    const total = (of: 'read' | 'written' | 'duplicate' | 'rejected' | 'outside_window') =>
      Object.values(ledger.inputs).reduce((sum, line) => sum + line[of], 0);
    const sum = `${total('written')} written + ${total('duplicate')} duplicate + ${total('rejected')} rejected + ${total('outside_window')} outside_window`;
    return `${total('read')} read = ${sum}; ${flat.rows} rows are here`;
  },
  joins: ({ flat, nested, labels }) => {
    const { traced, joined } = flat.lines;
    const lines = traced > 0 ? `; ${share(joined, traced)} of ${traced} log lines have their trace` : '';
    const of = labels === null ? '; labels are not here' : `; ${labels} labels`;
    return `${flat.seen.size} events flat, ${nested.rows} nested${lines}${of}`;
  },
  clocks: ({ manifest: { window } }) =>
    `in order, from ${new Date(window.start_ms).toISOString()} to before ${new Date(window.end_ms).toISOString()}`,
};

const brief = (list: readonly string[]): string =>
  list.length > 4 ? `${list.slice(0, 3).join(', ')} and ${list.length - 3} more` : list.join(', ');

/** Rounded down: 100 % is all. */
const share = (part: number, of: number): string => `${Math.floor((1000 * part) / of) / 10} %`;
