import { type Owner, ownerShape } from './owner.ts';
import { RUN_ID } from './run-id.ts';
import {
  count,
  dictionary,
  epochMs,
  matching,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from './shape.ts';

/**
 * What belongs to a run: `runs/<run-id>.json` in the raw bucket. Written once as `running` (create only, which also claims
 * the id), and replaced when the run is complete. The telemetry itself carries no run id: a run is a time window.
 */
export interface RunRecord {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly state: 'running' | 'complete';
  /** Who makes the run, while it is running: its word alone counts, and when it is gone the id can be taken over. */
  readonly owner?: Owner;
  readonly target: 'embedded' | 'docker' | 'aws' | 'foreign';
  readonly seed: number;
  /** Event time, epoch ms UTC; records outside are counted as `outside_window`. `end_ms` is exclusive; null while running. */
  readonly window: { readonly start_ms: number; readonly end_ms: number | null };
  /**
   * Key prefix of the raw objects (`raw` → `raw/YYYY/MM/DD/HH/MM/…`), and until when (upload time) they were put. Of foreign
   * telemetry the URL of where it lies, and the end of the window.
   */
  readonly raw: {
    readonly prefix: string;
    readonly drained_ms: number | null;
    /** Of foreign telemetry: how many objects were converted. */
    readonly objects?: number;
  };
  readonly time_scale: number;
  /** Settings of the services that grow with it, by name; without them none do. */
  readonly scaled?: Readonly<Record<string, number>>;
  readonly plan_hash: string | null;
  readonly traffic: TrafficSummary | null;
  /** What each part that could lose something says that it lost, read from its own counters; null where it could not be read. */
  readonly counters: Readonly<Record<string, number | null>>;
  /** Program or package → version. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface TrafficSummary {
  readonly scenario: string;
  readonly runner: 'k6' | 'node';
  readonly rate: number;
  readonly duration_s: number;
  /** Key of the client's own points in the raw bucket (NDJSON in the shape of k6's `--out json`, gzip). */
  readonly points_key: string;
  /** What makes such a run again, as it is typed in the project's folder. */
  readonly command?: string;
}

/** The strict check of a record as read back. */
export const recordShape = object({
  schema_version: oneOf(1),
  run_id: matching(RUN_ID),
  state: oneOf('running', 'complete'),
  owner: optional(ownerShape),
  target: oneOf('embedded', 'docker', 'aws', 'foreign'),
  seed: count,
  window: object({ start_ms: epochMs, end_ms: orNull(epochMs) }),
  raw: object({
    prefix: text,
    drained_ms: orNull(epochMs),
    objects: optional(count),
  }),
  time_scale: number,
  scaled: optional(dictionary(number)),
  plan_hash: orNull(text),
  traffic: orNull(
    object({
      scenario: text,
      runner: oneOf('k6', 'node'),
      rate: number,
      duration_s: number,
      points_key: text,
      command: optional(text),
    }),
  ),
  counters: dictionary(orNull(number)),
  versions: dictionary(text),
});

/** What the shape alone cannot say: fields that must fit each other. */
export function recordProblems(record: RunRecord): string[] {
  const { state, window, raw } = record;
  const problems: string[] = [];
  if (window.end_ms !== null && window.end_ms <= window.start_ms) {
    problems.push(`record.window.end_ms must be after start_ms ${window.start_ms}, got ${window.end_ms}`);
  }
  if (state === 'complete' && (window.end_ms === null || raw.drained_ms === null)) {
    problems.push('record.window.end_ms and record.raw.drained_ms must be set in a complete run');
  }
  if (raw.drained_ms !== null && raw.drained_ms < window.start_ms) {
    problems.push(`record.raw.drained_ms must not be before the window, got ${raw.drained_ms}`);
  }
  return problems;
}
