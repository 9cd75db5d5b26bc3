import type { Prevalence } from '../label/labels.ts';
import type { CaseFindings } from './cases/findings.ts';

/** What the judge says of a run; `report/quality.json` has what tells of no single case. Nothing in it depends on when it was judged. */
export interface Quality {
  readonly schema_version: 2;
  readonly run_id: string;
  readonly seed: number;
  readonly target: string;
  /** Null: traffic alone, or one scenario. */
  readonly campaign: string | null;
  /** Null where it was not ours. */
  readonly traffic: {
    readonly scenario: string;
    /** Requests a second. */
    readonly rate: number;
    readonly duration_s: number;
    /** What makes such a run again, as it is typed in the project's folder; left out where it was not recorded. */
    readonly command?: string;
  } | null;
  /** Program or package → version. */
  readonly versions: Readonly<Record<string, string>>;
  readonly window: { readonly start_ms: number; readonly end_ms: number };
  /** No gate failed: the dataset may be published. */
  readonly sound: boolean;
  readonly checks: readonly QualityCheck[];
  readonly conservation: Conservation;
  readonly lines: LineReport;
  /**
   * What each part says that it lost, by its own counters: the run record's, SDK-dropped spans, the ledger's rejects,
   * dead letters, raw objects that could not be read. Null where a counter could not be read.
   */
  readonly counters: Readonly<Record<string, number | null>>;
  readonly joins: Joins;
  readonly kinds: readonly KindCount[];
  readonly clock: Clock;
  readonly leaks: LeakReport;
  readonly metrics: MetricReport;
  /** In order of time; none where nothing was changed. */
  readonly cases: readonly CaseFindings[];
  /** Services of which a process ended without being asked to, or had to be killed. */
  readonly killed: readonly string[];
  /** The applied changes of the ground truth and those that have an event of their own; null where there is no truth. */
  readonly change_events: {
    readonly applied: number;
    /** Change uids without an event, or with one at another time than the change was made. */
    readonly missing: readonly string[];
    readonly elsewhen: readonly string[];
  } | null;
  /** Null where there are no labels. */
  readonly prevalence: Prevalence | null;
}

export interface QualityCheck {
  readonly name: string;
  readonly title: string;
  /** A gate that fails makes the dataset unsound; another check only marks the run. */
  readonly gate: boolean;
  /** Null: there was nothing to judge by. */
  readonly ok: boolean | null;
  readonly figure: string;
  readonly limit: string;
}

/** Sets of request ids, each side read from its own source. */
export interface Conservation {
  /** From the client's own points: all requests, those with an HTTP status, those without. */
  readonly sent: number;
  readonly answered: number;
  readonly unanswered: {
    readonly count: number;
    readonly by_code: Readonly<Record<string, number>>;
    readonly requests: readonly Unanswered[];
  };
  /** Client points that carry no request id: they cannot be followed. */
  readonly without_id: number;
  /** Lines of the client's file that are no point, and points of a request id that was there before. */
  readonly malformed_points: number;
  readonly repeated_points: number;
  /** From the raw log lines and raw spans: access lines and server spans of web-api. */
  readonly access_lines: number;
  readonly repeated_access_lines: number;
  readonly server_spans: number;
  /** From the Parquet. */
  readonly rows_http_access: number;
  readonly rows_http_server: number;
  /** Every direction of every comparison, those without a difference too. */
  readonly differences: readonly Difference[];
  /** The client's points: read; missing or cut although the run had a client; or none, since the traffic was not ours. */
  readonly client: 'read' | 'missing' | 'none';
}

export interface Unanswered {
  readonly request_id: string;
  /** The client's error code; '' where it gave none. */
  readonly code: string;
  /** What the client calls the request; '' where it does not say. */
  readonly name: string;
  /** When it was sent, epoch ms; null where the client does not say. */
  readonly sent_ms: number | null;
}

/** Ids that are in one set and not in the other. */
export interface Difference {
  readonly in: Side;
  readonly not_in: Side;
  readonly count: number;
  /** The first 20 in order. */
  readonly ids: readonly string[];
}

export type Side =
  | 'sent'
  | 'answered'
  | 'access_lines'
  | 'server_spans'
  | 'rows_http_access'
  | 'rows_http_server';

/** Line numbers of the processes: they count up by one, so that a gap is a loss. */
export interface LineReport {
  readonly instances: number;
  readonly lines: number;
  /** The same line, twice in raw: the collector may repeat a batch. */
  readonly repeated: number;
  readonly missing: number;
  /** Services that miss any → how many. */
  readonly missing_of: Readonly<Record<string, number>>;
  /** The first 20 gaps, both ends included. */
  readonly gaps: readonly { readonly instance: string; readonly from: number; readonly to: number }[];
}

export interface Joins {
  /** Log rows with a request id, and how many of those have a trace that is in the traces. */
  readonly request_logs: number;
  readonly joined_logs: number;
  readonly spans: number;
  /** Spans whose parent is not in the run. */
  readonly orphans: number;
  /** Traces whose root is a server span of web-api; those over two services or more; those web-api → queue → payment-worker → postgres. */
  readonly request_traces: number;
  readonly wide_traces: number;
  readonly queue_traces: number;
}

export interface KindCount {
  readonly kind: string;
  readonly rows: number;
  /** Every run of the stack must have it. */
  readonly expected: boolean;
}

export interface Clock {
  readonly outside_window: number;
  /** Earliest and latest time of all rows, epoch ms; null without rows. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** Offset between two services' clocks by their client and server spans, of the calls with the least delay. */
  readonly offsets: readonly {
    readonly client: string;
    readonly server: string;
    readonly pairs: number;
    readonly offset_ms: number;
  }[];
}

export interface LeakReport {
  readonly words: readonly string[];
  readonly texts: number;
  readonly count: number;
  /** The first 20 of the Parquet files, and the first 20 of the raw objects, whose `file` is the object's key. */
  readonly found: readonly {
    readonly file: string;
    readonly column: string;
    readonly word: string;
    readonly text: string;
  }[];
}

export interface MetricReport {
  readonly series: number;
  readonly samples: number;
  readonly missing: number;
  /** The services with the most missing samples first. */
  readonly services: readonly {
    readonly service: string;
    readonly interval_ms: number;
    readonly samples: number;
    readonly missing: number;
  }[];
}
