import { type Finding, finding } from './finding.ts';
import type { Manifest, ManifestFile } from './manifest.ts';
import type { RowGroup } from './parquet.ts';
import { readParquet } from './verify-rows.ts';

/** Files of the ground truth, as `seal` writes them. */
export const WINDOWS_FILE = 'labels/windows.parquet';
export const EVENTS_FILE = 'labels/ocsf_eval_subset.parquet';

export interface VerifyLabelsOptions {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly whole: ReadonlyMap<string, ManifestFile>;
  /** Every event_uid of the flat files; undefined where they could not all be read. */
  readonly events: ReadonlySet<string> | undefined;
  readonly progress: (text: string) => void;
}

export interface VerifiedLabels {
  readonly findings: readonly Finding[];
  /** Labelled events; null where the labels are not here. */
  readonly events: number | null;
}

/** Labels lie inside the window of the run and of their case, and are of events that the dataset has. Labels that are not here are no fault. */
export async function verifyLabels(options: VerifyLabelsOptions): Promise<VerifiedLabels> {
  const { whole, progress, manifest, directory, events } = options;
  const findings: Finding[] = [];
  const cases: Cases = new Map();
  let labelled: number | null = null;
  for (const path of [WINDOWS_FILE, EVENTS_FILE]) {
    const file = whole.get(path);
    if (!file) continue;
    progress(`labels: ${path}`);
    const wrong = new Wrong(manifest.window, cases);
    const unreadable = await readParquet({
      directory,
      file,
      read: async (parquet) => {
        const times = parquet.columns.filter((name) => name === 'time' || name.endsWith('_ms'));
        const wanted = times.filter((name) => !name.startsWith('p99_'));
        for await (const group of parquet.groups([...wanted, 'event_uid', 'case'])) {
          for (const name of wanted) wrong.addTimes(name, group);
          if (path === WINDOWS_FILE) addCases(cases, group);
          else wrong.addCased(group);
          if (path === EVENTS_FILE && events) wrong.addEvents(group, events);
        }
        if (path === EVENTS_FILE) labelled = parquet.rows;
      },
    });
    findings.push(...unreadable, ...wrong.findings(path));
  }
  return { findings, events: labelled };
}

/** From when to when a case is, by its number; its end is exclusive. */
type Cases = Map<number, { readonly start_ms: number; readonly end_ms: number }>;

function addCases(cases: Cases, group: RowGroup): void {
  const [numbers, starts, ends] = ['case', 'start_ms', 'end_ms'].map((name) => group.column(name));
  for (let i = 0; i < group.rows; i++) {
    const [number, start_ms, end_ms] = [numbers?.[i], starts?.[i], ends?.[i]];
    if (number != null && start_ms != null && end_ms != null)
      cases.set(Number(number), { start_ms: Number(start_ms), end_ms: Number(end_ms) });
  }
}

/** How many are wrong, and the first of them. */
class Wrong {
  readonly #window: Manifest['window'];
  readonly #outside: { count: number; first: string } = { count: 0, first: '' };
  readonly #astray: { count: number; first: string } = { count: 0, first: '' };
  readonly #unknown: { count: number; first: string } = { count: 0, first: '' };
  readonly #cases: Cases;

  constructor(window: Manifest['window'], cases: Cases) {
    this.#window = window;
    this.#cases = cases;
  }

  /** Events of a case that is known, and lies elsewhere. */
  addCased(group: RowGroup): void {
    const [numbers, times] = [group.column('case'), group.column('time')];
    for (let i = 0; i < group.rows; i++) {
      const of = this.#cases.get(Number(numbers[i] ?? Number.NaN));
      if (!of || (Number(times[i]) >= of.start_ms && Number(times[i]) < of.end_ms)) continue;
      if (this.#astray.count++ === 0)
        this.#astray.first = `time ${times[i]} of row ${group.start + i}, of case ${numbers[i]} from ${of.start_ms} to before ${of.end_ms}`;
    }
  }

  addTimes(name: string, group: RowGroup): void {
    const times = group.column(name);
    const { start_ms, end_ms } = this.#window;
    for (let i = 0; i < group.rows; i++) {
      const time = times[i];
      if (time == null || (Number(time) >= start_ms && Number(time) < end_ms)) continue;
      if (this.#outside.count++ === 0) this.#outside.first = `${name} ${time} of row ${group.start + i}`;
    }
  }

  addEvents(group: RowGroup, events: ReadonlySet<string>): void {
    const uids = group.column('event_uid');
    for (let i = 0; i < group.rows; i++) {
      if (events.has(String(uids[i]))) continue;
      if (this.#unknown.count++ === 0) this.#unknown.first = `${uids[i]} of row ${group.start + i}`;
    }
  }

  findings(path: string): Finding[] {
    const { start_ms, end_ms } = this.#window;
    const findings: Finding[] = [];
    if (this.#outside.count > 0)
      findings.push(
        finding(
          path,
          'LABEL_OUTSIDE',
          `times must be in the window from ${start_ms} to before ${end_ms}, but ${this.#outside.count} are not; the first is ${this.#outside.first}`,
        ),
      );
    if (this.#astray.count > 0)
      findings.push(
        finding(
          path,
          'LABEL_OUTSIDE',
          `labels must lie in the window of their case, but ${this.#astray.count} do not; the first is ${this.#astray.first}`,
        ),
      );
    if (this.#unknown.count > 0)
      findings.push(
        finding(
          path,
          'LABEL_UNKNOWN',
          `every label must be of an event of the flat files, but ${this.#unknown.count} are not; the first is ${this.#unknown.first}`,
        ),
      );
    return findings;
  }
}
