/** What `npm run quality` says of a dataset, as `detect/report.py` writes it. AUCs are null where a class is missing. */
export interface DetectorReport {
  readonly schema_version: 1;
  /** Why there are no scores, if so. */
  readonly note: string | null;
  readonly checks: readonly DetectorCheck[];
  readonly windows: WindowReport;
  readonly detectors: readonly DetectorScore[];
  /** Best first. */
  readonly one_liners: readonly NamedScore[];
  /** By scenario; of the one-liners the best three. */
  readonly per_scenario: Readonly<Record<string, ScenarioReport>>;
  readonly metadata: MetadataReport;
}

/** A band that informs; none is a gate. */
export interface DetectorCheck {
  readonly name: string;
  readonly title: string;
  readonly figure: number | null;
  readonly limit: string;
  /** Null: there was nothing to judge by. */
  readonly ok: boolean | null;
  readonly gate: false;
  /** What it matters for. */
  readonly why: string;
}

/** (service × 10 s) windows under traffic. */
export interface WindowReport {
  readonly window_ms: number;
  readonly services: readonly string[];
  readonly per_service: number;
  readonly total: number;
  readonly onset: WindowCounts;
  readonly trigger: WindowCounts;
  readonly scenarios: readonly string[];
  readonly cases_left_out: readonly {
    readonly case: number;
    readonly scenario: string;
    readonly why: string;
  }[];
  /** How many columns each signal gives. */
  readonly features: Readonly<Record<string, number>>;
}

/** What the windows count as, with positives from the onset or from the trigger; only the first two are scored. */
export interface WindowCounts {
  readonly positive: number;
  readonly negative: number;
  readonly rollout: number;
  /** Of the affected services, between trigger and onset. */
  readonly before_onset: number;
  /** Of the affected services, after the impact. */
  readonly recovery: number;
  /** Of the affected services, in faults without impact or onset. */
  readonly left_out_case: number;
  /** positive / (positive + negative) */
  readonly prevalence: number | null;
}

export interface Figures {
  readonly positives: number;
  readonly negatives: number;
  readonly roc_auc: number | null;
  readonly pr_auc: number | null;
  readonly best_f1: number | null;
  /** F1 of calling every window anomalous. */
  readonly floor_f1: number | null;
}

export interface NamedScore {
  readonly name: string;
  readonly onset: Figures;
  readonly trigger: Figures;
}

export interface DetectorScore extends NamedScore {
  readonly features: 'all' | 'logs' | 'traces' | 'metrics' | 'all+changes';
}

export interface ScenarioReport {
  readonly detectors: readonly DetectorScore[];
  readonly one_liners: readonly NamedScore[];
  /** AUC-ROC that the best of all one-liners reaches on windows moved in time: few windows make luck go far. */
  readonly chance_auc: number | null;
}

/** A tree of one question on version, host and hour, within each service; greatest AUC over the services. */
export interface MetadataReport {
  readonly features: readonly string[];
  readonly cross_validated_auc: number | null;
  readonly in_sample_auc: number | null;
  readonly services: readonly {
    readonly service: string;
    readonly cross_validated_auc: number | null;
    readonly in_sample_auc: number | null;
    /** The column that the tree asks about; null where it found none worth asking. */
    readonly asks: string | null;
  }[];
}
