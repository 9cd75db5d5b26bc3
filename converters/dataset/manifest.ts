/** `manifest.json`, put last and with `If-None-Match: *`: a reader trusts nothing that it does not name. */
export interface Manifest {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly target: string;
  readonly seed: number;
  readonly window: { readonly start_ms: number; readonly end_ms: number };
  readonly time_scale: number;
  readonly plan_hash: string | null;
  readonly ocsf_version: '1.8.0';
  readonly versions: Readonly<Record<string, string>>;
  readonly files: readonly ManifestFile[];
  readonly ledger: Ledger;
  /** Rows per `event_kind`. */
  readonly kinds: Readonly<Record<string, number>>;
}

export interface ManifestFile {
  /** Path inside the dataset, `/` separated. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Rows of a Parquet file. */
  readonly rows?: number;
}

/** `read = written + duplicate + rejected + outside_window`, per input signal; `written` again per OCSF class. */
export interface Ledger {
  readonly inputs: Readonly<Record<'logs' | 'traces' | 'metrics', LedgerLine>>;
  readonly classes: Readonly<Record<string, number>>;
  readonly raw_objects: number;
}

export interface LedgerLine {
  readonly read: number;
  readonly written: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly outside_window: number;
}
