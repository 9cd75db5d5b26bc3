/** What the dataset itself says of a case. Times are epoch ms; null where not measured. */
export interface CaseFindings {
  readonly case: number;
  readonly scenario: string;
  readonly kind: string;
  readonly truth: 'fault' | 'benign';
  readonly start_ms: number;
  /** The change was begun; without a change, the start of what holds. */
  readonly trigger_ms: number;
  readonly acknowledged_ms: number | null;
  /** Until then a replacement of processes or of a store's content is judged apart. */
  readonly rollout_end_ms: number | null;
  /** The indicator left everything that was seen before. Faults alone have one, and an end of it. */
  readonly onset_ms: number | null;
  readonly impact_end_ms: number | null;
  readonly revert_ms: number | null;
  readonly revert_acknowledged_ms: number | null;
  /** The customers are served as before. */
  readonly recovery_end_ms: number | null;
  readonly end_ms: number;
  readonly verdicts: {
    readonly mechanism: Verdict;
    readonly impact: 'impact' | 'no_impact' | 'unclear' | 'not_judged';
    readonly recovery: Verdict;
  };
  readonly mechanism: MechanismFigures | null;
  readonly impact: ImpactFigures | null;
  /** What the change failed with; null where it was applied, or where there is none. */
  readonly failed: string | null;
  /** The same of what takes it back. */
  readonly revert_failed: string | null;
}

export type Verdict = 'passed' | 'failed' | 'unclear' | 'not_judged';

export interface MechanismFigures {
  /** As people write it. */
  readonly indicator: string;
  /** Medians over windows of 10 s; null where there is no sample. */
  readonly before: number | null;
  readonly during: number | null;
  /** Cliff's δ of the windows. */
  readonly delta: number | null;
}

/** On the routes that are watched, as the server has it, requests without an answer included. */
export interface ImpactFigures {
  /**
   * Cliff's δ. Of faults: over each window's p99; of benign changes: over the single requests, where 5 ms are no difference. An
   * error is slower than any answer.
   */
  readonly delta: number | null;
  /** Over the single requests, where any difference counts. */
  readonly exact_delta: number | null;
  /** Of the answers that are no errors. */
  readonly p99_before_ms: number | null;
  readonly p99_during_ms: number | null;
  /** Shares of the requests. */
  readonly errors_before: number | null;
  readonly errors_during: number | null;
  readonly requests_before: number;
  readonly requests_during: number;
  /** False: what it is compared with had more or less traffic. */
  readonly same_load: boolean;
}
