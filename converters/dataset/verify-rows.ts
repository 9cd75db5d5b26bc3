import { join } from 'node:path';
import { compareKeys } from '../store/keys.ts';
import { type Finding, finding } from './finding.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import { openParquet, type ParquetFile, type RowGroup } from './parquet.ts';

/** The flat files, as the design names them. */
export const FLAT_FILES = ['logs', 'traces', 'metrics', 'changes'].map((name) => `ocsf_${name}.parquet`);

export interface FlatRows {
  readonly findings: Finding[];
  readonly rows: number;
  readonly kinds: ReadonlyMap<string, number>;
  readonly classes: ReadonlyMap<number, number>;
  /** Every event_uid. */
  readonly seen: ReadonlySet<string>;
  /** Columns of the flat files; undefined where none could be read. */
  readonly schema: readonly string[] | undefined;
  /** Log lines that name a trace, and those whose trace has spans here. */
  readonly lines: { readonly traced: number; readonly joined: number };
  /** All four files could be read. */
  readonly complete: boolean;
}

export interface VerifyRowsOptions {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly whole: ReadonlyMap<string, ManifestFile>;
  readonly progress: (text: string) => void;
}

interface Tally {
  readonly findings: Finding[];
  readonly kinds: Map<string, number>;
  readonly classes: Map<number, number>;
  /** Event ids of all four files. */
  readonly seen: Set<string>;
  rows: number;
  schema: readonly string[] | undefined;
  /** By trace: log lines that name it. */
  readonly logged: Map<string, number>;
  readonly traces: Set<string>;
}

/** Flat rows: one schema for all files, as many as the manifest says, event ids once, in order of (time, event_uid), inside the window. */
export async function verifyRows({
  directory,
  manifest,
  whole,
  progress,
}: VerifyRowsOptions): Promise<FlatRows> {
  const tally: Tally = {
    ...{ findings: [], kinds: new Map(), classes: new Map(), seen: new Set(), rows: 0 },
    ...{ schema: undefined, logged: new Map(), traces: new Set() },
  };
  let complete = true;
  for (const path of FLAT_FILES) {
    const file = whole.get(path);
    if (!manifest.files.some((named) => named.path === path)) {
      tally.findings.push(
        finding(path, 'FILE_MISSING', 'a dataset must have this file, and the manifest does not name it'),
      );
    }
    if (!file) complete = false;
    if (!file) continue;
    progress(`rows: ${path}`);
    const wrong = await readParquet({
      directory,
      file,
      read: async (parquet) => {
        tally.schema ??= parquet.schema;
        tally.findings.push(...otherSchema(path, parquet.schema, tally.schema));
        const rows = new FileRows({ path, window: manifest.window, tally });
        const traced = path === LOGS_FILE || path === TRACES_FILE ? ['trace_id'] : [];
        for await (const group of parquet.groups([...ROW_COLUMNS, ...traced])) {
          rows.add(group);
          if (traced.length > 0) addTraces(tally, path, group);
        }
        tally.findings.push(...rows.findings());
        tally.rows += parquet.rows;
      },
    });
    tally.findings.push(...wrong);
    if (wrong.some(({ code }) => code === 'PARQUET_UNREADABLE')) complete = false;
  }
  const { logged, traces } = tally;
  const lines = { traced: 0, joined: 0 };
  for (const [trace, count] of logged) {
    lines.traced += count;
    if (traces.has(trace)) lines.joined += count;
  }
  return { ...tally, complete, lines };
}

const ROW_COLUMNS = ['time', 'event_uid', 'event_kind', 'class_uid'];
const [LOGS_FILE, TRACES_FILE] = FLAT_FILES;

function addTraces({ logged, traces }: Tally, path: string, group: RowGroup): void {
  const ids = group.column('trace_id');
  for (let i = 0; i < group.rows; i++) {
    if (ids[i] == null) continue;
    if (path === TRACES_FILE) traces.add(String(ids[i]));
    else increment(logged, String(ids[i]));
  }
}

/** Flat files are read as one table. */
function otherSchema(path: string, schema: readonly string[], first: readonly string[]): Finding[] {
  const lacks = first.filter((column) => !schema.includes(column));
  const more = schema.filter((column) => !first.includes(column));
  if (lacks.length + more.length === 0) return [];
  const says = [lacks.length && `lacks ${lacks.slice(0, 3)}`, more.length && `has ${more.slice(0, 3)}`];
  const problem = `must have the columns of the other flat files, but ${says.filter(Boolean).join(' and ')}`;
  return [finding(path, 'SCHEMA_DIFFERS', problem)];
}

/** Opens a Parquet file whose bytes are right, compares its rows with the manifest, and reads it. */
export async function readParquet(options: {
  directory: string;
  file: ManifestFile;
  read: (parquet: ParquetFile) => Promise<void>;
}): Promise<Finding[]> {
  const { directory, file, read } = options;
  let parquet: ParquetFile | undefined;
  try {
    parquet = await openParquet(join(directory, file.path));
    const findings: Finding[] = [];
    if (parquet.rows !== file.rows) {
      findings.push(
        finding(
          file.path,
          'ROWS_DIFFER',
          `must have ${file.rows ?? 'a stated number of'} rows, got ${parquet.rows}`,
        ),
      );
    }
    await read(parquet);
    return findings;
  } catch (error) {
    return [
      finding(file.path, 'PARQUET_UNREADABLE', `must be readable Parquet, but ${(error as Error).message}`),
    ];
  } finally {
    await parquet?.close();
  }
}

/** Counts what is wrong with the rows of one file, and keeps the first of each. */
class FileRows {
  readonly #path: string;
  readonly #window: Manifest['window'];
  readonly #tally: Tally;
  readonly #wrong = new Map<
    'UID_REPEATED' | 'NOT_SORTED' | 'OUTSIDE_WINDOW',
    { count: number; first: string }
  >();
  #last = { time: Number.NEGATIVE_INFINITY, uid: '' };

  constructor({ path, window, tally }: { path: string; window: Manifest['window']; tally: Tally }) {
    this.#path = path;
    this.#window = window;
    this.#tally = tally;
  }

  add(group: RowGroup): void {
    const [times, uids] = [group.column('time'), group.column('event_uid')];
    const [kinds, classes] = [group.column('event_kind'), group.column('class_uid')];
    const { seen } = this.#tally;
    for (let i = 0; i < group.rows; i++) {
      const [time, uid] = [Number(times[i] ?? Number.NaN), String(uids[i])];
      const { start_ms, end_ms } = this.#window;
      const at = `row ${group.start + i}, event_uid ${uid}, time ${times[i]}`;
      if (!(time >= start_ms && time < end_ms)) this.#note('OUTSIDE_WINDOW', at);
      if (time < this.#last.time || (time === this.#last.time && compareKeys(uid, this.#last.uid) < 0)) {
        this.#note('NOT_SORTED', at);
      }
      if (seen.has(uid) || uids[i] == null) this.#note('UID_REPEATED', at);
      seen.add(uid);
      this.#last = { time, uid };
      increment(this.#tally.kinds, String(kinds[i]));
      increment(this.#tally.classes, Number(classes[i]));
    }
  }

  #note(code: 'UID_REPEATED' | 'NOT_SORTED' | 'OUTSIDE_WINDOW', first: string): void {
    const noted = this.#wrong.get(code);
    if (noted) noted.count++;
    else this.#wrong.set(code, { count: 1, first });
  }

  findings(): Finding[] {
    const { start_ms, end_ms } = this.#window;
    const rules = {
      UID_REPEATED: 'every event_uid must be there and be unique over the four files',
      NOT_SORTED: 'rows must be sorted by (time, event_uid)',
      OUTSIDE_WINDOW: `times must be in the window from ${start_ms} to before ${end_ms}`,
    };
    return [...this.#wrong].map(([code, { count, first }]) =>
      finding(
        this.#path,
        code,
        `${rules[code]}, but ${count} row${count === 1 ? ' is' : 's are'} not; the first is ${first}`,
      ),
    );
  }
}

export const increment = <K>(counts: Map<K, number>, key: K, by = 1): void =>
  void counts.set(key, (counts.get(key) ?? 0) + by);
